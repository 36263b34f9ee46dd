"""Whether both ends agreed when someone asked: verifications, their objects, and the records on which they differ."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from upstate.hub.models.district import Zone
from upstate.hub.models.people import Person


class Verification(models.Model):
    """One verification. It takes its turn among the resyncs of its zone and year, and moves nothing.

    `finished`: every object was compared to its end. `failed`: some were not, so that nobody may call it equal.
    """

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="verifications", db_index=False)
    school_year = models.IntegerField()
    mode = models.TextField()
    objects_in_order = ArrayField(models.TextField(), db_column="objects")  # `objects` is Django's own word
    asked_by = models.TextField()
    asked_by_person = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    by_state = models.BooleanField(db_default=False)  # asked for by the state, not by the district
    state = models.TextField(db_default="queued")
    message = models.TextField(db_default="")
    attempts = models.IntegerField(db_default=0)
    placed_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hub_verification"
        indexes = (
            models.Index(fields=["zone", "-id"], name="verifications_of_a_zone"),
            models.Index(
                fields=["zone", "school_year", "id"],
                name="verifications_not_ended",
                condition=Q(state__in=["queued", "running"]),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                name="one_running_verification_per_zone_and_year",
                fields=["zone", "school_year"],
                condition=Q(state="running"),
            ),
            models.CheckConstraint(name="verification_mode", condition=Q(mode__in=["full", "partial"])),
            models.CheckConstraint(
                name="verification_state", condition=Q(state__in=["queued", "running", "finished", "failed"])
            ),
            models.CheckConstraint(
                name="a_verification_that_runs_is_not_finished",
                condition=Q(state__in=["queued", "running"], finished_at=None)
                | (~Q(state__in=["queued", "running"]) & Q(finished_at__isnull=False)),
            ),
        )

    def __str__(self) -> str:
        return f"verification {self.pk}"


class VerifiedObject(models.Model):
    """One object of a verification: records at both ends, and how many differ unexpectedly, by the four sets.

    The counts are there once it was compared to its end, and only then. `expected` counts differences that are as they
    should be, by why. `kept` differences are kept by key; where there are more, they are counted and not kept.
    """

    verification = models.ForeignKey(Verification, on_delete=models.CASCADE, related_name="verified", db_index=False)
    position = models.IntegerField()
    object = models.TextField()
    school_year = models.IntegerField(null=True)  # null: the object is not bound to a year
    state = models.TextField(db_default="waiting")
    district_count = models.BigIntegerField(null=True)
    state_count = models.BigIntegerField(null=True)
    district_only = models.BigIntegerField(null=True)
    state_only = models.BigIntegerField(null=True)
    different = models.BigIntegerField(null=True)
    duplicates = models.BigIntegerField(null=True)
    expected = models.JSONField(default=dict, db_default={})
    kept = models.IntegerField(db_default=0)
    seconds = models.FloatField(null=True)
    message = models.TextField(db_default="")  # why it was not compared

    class Meta:
        db_table = "hub_verified_object"
        constraints = (
            models.UniqueConstraint(name="an_object_once_a_verification", fields=["verification", "object"]),
            models.CheckConstraint(
                name="verified_object_state", condition=Q(state__in=["waiting", "compared", "not compared"])
            ),
            models.CheckConstraint(
                name="only_what_was_compared_has_counts",
                condition=Q(
                    state="compared",
                    district_count__isnull=False,
                    state_count__isnull=False,
                    district_only__isnull=False,
                    state_only__isnull=False,
                    different__isnull=False,
                    duplicates__isnull=False,
                )
                | Q(
                    ~Q(state="compared"),
                    district_count=None,
                    state_count=None,
                    district_only=None,
                    state_only=None,
                    different=None,
                    duplicates=None,
                ),
            ),
            models.CheckConstraint(
                name="what_was_not_compared_says_why", condition=~Q(state="not compared") | ~Q(message="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.object} in verification {self.verification_id}"


class VerifiedDifference(models.Model):
    """A record on which the ends did not agree: by key, with the columns that differed and who owned each of them.

    No value is kept: those who may see values are shown what both ends hold at that moment.
    """

    verified = models.ForeignKey(VerifiedObject, on_delete=models.CASCADE, related_name="differences", db_index=False)
    kind = models.TextField()
    key = ArrayField(models.TextField(null=True))
    columns = ArrayField(models.TextField())
    owners = ArrayField(models.TextField())
    expected = models.TextField(null=True)  # why it is as it should be; null: nobody expects it

    class Meta:
        db_table = "hub_verified_difference"
        indexes = (models.Index(fields=["verified", "id"], name="differences_of_an_object"),)
        constraints = (
            models.CheckConstraint(
                name="kind_of_difference",
                condition=Q(kind__in=["district_only", "state_only", "different", "duplicates"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {'|'.join(part or '' for part in self.key)}"
