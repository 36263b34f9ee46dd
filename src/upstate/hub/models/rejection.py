"""What did not land: a record and one reason, with the root whose mending would free it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Coalesce

from upstate.hub.models.district import District
from upstate.hub.models.people import Person
from upstate.hub.models.resync import Resync

OPEN = models.Q(resolved_at=None, cleared_at=None)
CLEARED = models.Q(resolved_at=None, cleared_at__isnull=False)
RESOLVED = models.Q(resolved_at__isnull=False)


def _listed(name: str, condition: models.Q) -> models.Index:
    """An index over the rejections of one standing; 0 stands for no school year, so that a page's start compares."""
    columns = ("district", "verdict", "object", "reason", Coalesce("school_year", 0), "first_seen_at", "id")
    return models.Index(*columns, name=name, condition=condition)


class Rejection(models.Model):
    """One reason of one record. Open while `resolved_at` is null; a rerun updates it and never doubles it.

    One that is cleared is taken off the lists by hand: it holds back what it held back, and is back on the lists as
    soon as a resync meets it again.

    `key` holds the key's parts as text. A record that failed, or was excluded by a rule of its own object, is its own
    root. `records` says how many delivered records this row stands for: a key that came twice counts 2.
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="rejections", db_index=False)
    object = models.TextField()
    school_year = models.IntegerField(null=True)
    key = ArrayField(models.TextField(null=True))
    reason = models.TextField()
    column = models.TextField(db_default="")
    verdict = models.TextField()
    records = models.IntegerField(db_default=1)
    message = models.TextField()
    advice = models.TextField()
    root_object = models.TextField()
    root_key = ArrayField(models.TextField(null=True))
    root_reason = models.TextField()
    first_seen = models.ForeignKey(Resync, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_seen = models.ForeignKey(Resync, on_delete=models.PROTECT, related_name="+", db_index=False)
    resolved_by = models.ForeignKey(Resync, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hub_rejection"
        constraints = (
            models.UniqueConstraint(
                name="a_rejection_once_a_record_and_reason",
                fields=["district", "object", "school_year", "key", "reason", "column"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="rejection_verdict", condition=models.Q(verdict__in=["failed", "blocked", "excluded"])
            ),
        )
        indexes = (
            # the Error Log's lists, each in the order of its pages
            _listed("rejections_open", OPEN),
            _listed("rejections_cleared", CLEARED),
            _listed("rejections_resolved", RESOLVED),
            models.Index(fields=["resolved_by"], name="rejections_by_who_resolved", condition=RESOLVED),
            models.Index(
                fields=["district", "root_object", "root_key", "object", "id"],
                name="rejections_of_a_root",
                condition=~models.Q(verdict="failed"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.object} {'|'.join(part or '' for part in self.key)}: {self.reason}"
