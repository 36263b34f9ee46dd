"""When a zone's scoped year was switched, by whom, and what was known of the closing year at that moment."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from upstate.hub.models.district import Zone
from upstate.hub.models.people import Person


class YearSwitch(models.Model):
    """One switch. `missing` says what spoke against it; where anything did, there is a `reason` for going on."""

    zone = models.ForeignKey(Zone, on_delete=models.CASCADE, related_name="switches_of_year", db_index=False)
    from_year = models.IntegerField()
    to_year = models.IntegerField()
    at = models.DateTimeField(db_default=Now())
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    who = models.TextField()
    reason = models.TextField(db_default="")
    missing = ArrayField(models.TextField(), db_default=[])

    class Meta:
        db_table = "hub_year_switch"
        indexes = (models.Index(fields=["zone", "-at"], name="switches_of_a_zone"),)
        constraints = (
            models.CheckConstraint(name="who_goes_on_says_why", condition=models.Q(missing=[]) | ~models.Q(reason="")),
        )

    def __str__(self) -> str:
        return f"zone {self.zone_id}: {self.from_year} to {self.to_year}"
