"""Rows at the state that a district no longer has, and removals of them that wait for someone's approval."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from upstate.hub.models.district import District
from upstate.hub.models.people import Person
from upstate.hub.models.resync import Resync

DECISIONS = ["waiting", "approved", "discarded", "replaced", "rehearsed"]


class Leftover(models.Model):
    """One row at the state that the last complete snapshot of its object no longer had; `key` holds the key's parts
    as text.

    `kept` says why it was not removed when that was asked for: "state_owned", "needed" (by a row of the object
    `kept_by` that stays), "held" (its removal waits for approval); empty where nobody asked.
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", db_index=False)
    object = models.TextField()
    school_year = models.IntegerField(null=True)
    key = ArrayField(models.TextField(null=True))
    first_seen = models.ForeignKey(Resync, on_delete=models.PROTECT, related_name="+", db_index=False)
    last_seen = models.ForeignKey(Resync, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_seen_at = models.DateTimeField()
    kept = models.TextField(db_default="")
    kept_by = models.TextField(db_default="")

    class Meta:
        db_table = "hub_leftover"
        constraints = (
            models.UniqueConstraint(
                name="a_leftover_once", fields=["district", "object", "school_year", "key"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="why_a_leftover_stays", condition=Q(kept__in=["", "state_owned", "needed", "held"])
            ),
        )

    def __str__(self) -> str:
        return f"{self.object} {'|'.join(part or '' for part in self.key)}"


class HeldRemoval(models.Model):
    """Leftovers of one object that a resync was to remove, and that are too many to go without approval.

    `rows` of `rows_before` would go; where one school's share was too large, `school` is its key, with its own two
    numbers. Replaced: a later resync has landed the object since. Rehearsed: it would have been held.
    """

    resync = models.ForeignKey(Resync, on_delete=models.PROTECT, related_name="held_removals", db_index=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", db_index=False)
    object = models.TextField()
    school_year = models.IntegerField(null=True)
    rows = models.BigIntegerField()
    rows_before = models.BigIntegerField()
    school = ArrayField(models.TextField(null=True), null=True)
    school_rows = models.BigIntegerField(null=True)
    school_rows_before = models.BigIntegerField(null=True)
    state = models.TextField(db_default="waiting")
    held_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True)  # when those who may approve were told
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    decided_by_name = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    removed = models.BigIntegerField(null=True)

    class Meta:
        db_table = "hub_held_removal"
        indexes = (
            models.Index(fields=["district", "-id"], name="held_removals_of_a_district"),
            models.Index(fields=["id"], name="held_removals_to_tell_of", condition=Q(state="waiting", told_at=None)),
        )
        constraints = (
            models.UniqueConstraint(name="an_object_is_held_once_a_resync", fields=["resync", "object"]),
            models.CheckConstraint(name="held_removal_state", condition=Q(state__in=DECISIONS)),
        )

    def __str__(self) -> str:
        return f"{self.rows} of {self.object} held of {self.resync}"
