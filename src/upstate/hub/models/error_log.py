"""What the Error Log is drawn from: sums of the open rejections, kept by each landing so that no page has to sum."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from upstate.hub.models.district import District


class Root(models.Model):
    """A record that holds back others: how many, over all objects. `verdict` is its own: failed, or excluded by policy.

    Its message and advice stand in its own rejections, which are open unless it was mended or cleared since.
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", db_index=False)
    object = models.TextField()
    key = ArrayField(models.TextField(null=True))
    reason = models.TextField()
    verdict = models.TextField()
    holds = models.BigIntegerField()

    class Meta:
        db_table = "hub_root"
        constraints = (
            models.UniqueConstraint(
                name="a_root_once_a_district", fields=["district", "object", "key", "reason", "verdict"]
            ),
            models.CheckConstraint(name="a_root_holds_something", condition=models.Q(holds__gt=0)),
        )
        indexes = (models.Index(fields=["district", "verdict", "-holds", "-id"], name="roots_by_what_they_hold"),)

    def __str__(self) -> str:
        return f"{self.object} {'|'.join(part or '' for part in self.key)} holds {self.holds}"


class Hold(models.Model):
    """How many records of one object and school year a root holds back."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", db_index=False)
    root_object = models.TextField()
    root_key = ArrayField(models.TextField(null=True))
    root_reason = models.TextField()
    verdict = models.TextField()
    object = models.TextField()
    school_year = models.IntegerField(null=True)
    records = models.BigIntegerField()

    class Meta:
        db_table = "hub_hold"
        indexes = (
            models.Index(fields=["district", "root_object", "root_key"], name="holds_of_a_root"),
            models.Index(fields=["district", "object", "school_year"], name="holds_by_object"),
        )

    def __str__(self) -> str:
        return f"{self.root_object}: {self.records} of {self.object}"


class Tally(models.Model):
    """The open rejections of one object and school year with one reason, counted.

    `records` counts each record once, at the first of its reasons, so that sums over reasons count no record twice.
    `own`: the reason lies in the record itself, not in its parent.
    """

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", db_index=False)
    object = models.TextField()
    school_year = models.IntegerField(null=True)
    verdict = models.TextField()
    reason = models.TextField()
    column = models.TextField()
    own = models.BooleanField()
    rejections = models.BigIntegerField()
    records = models.BigIntegerField()
    last_seen_at = models.DateTimeField()

    class Meta:
        db_table = "hub_tally"
        constraints = (
            models.UniqueConstraint(
                name="a_tally_once_a_reason",
                fields=["district", "object", "school_year", "verdict", "reason", "column", "own"],
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.object}: {self.rejections} of {self.reason}"
