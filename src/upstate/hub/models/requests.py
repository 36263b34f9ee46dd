"""What the state asks of districts: one request, and the resync it became in each district it went to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from upstate.hub.models.district import District
from upstate.hub.models.people import Person
from upstate.hub.models.resync import Resync


class StateRequest(models.Model):
    """One request: its objects (none: all of them), why, and until when.

    `token` is the form's own, so that a form sent twice is one request. With `disclose` a district sees the objects.
    """

    token = models.UUIDField(unique=True)
    asked_by = models.TextField()
    asked_by_person = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    chosen = ArrayField(models.TextField())
    check_dependencies = models.BooleanField()
    reason = models.TextField()
    due_on = models.DateField()
    disclose = models.BooleanField()
    placed_at = models.DateTimeField(db_default=Now())
    noticed_at = models.DateTimeField(null=True)  # when the one who asked was told that all of it ended

    class Meta:
        db_table = "hub_state_request"
        indexes = (models.Index(fields=["id"], name="requests_that_have_not_ended", condition=Q(noticed_at=None)),)

    def __str__(self) -> str:
        return f"request {self.pk}"


class RequestedDistrict(models.Model):
    """One district of a request: its resync, or why there is none; `left_out` are objects it does not have."""

    request = models.ForeignKey(StateRequest, on_delete=models.CASCADE, related_name="districts", db_index=False)
    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="requests", db_index=False)
    resync = models.OneToOneField(Resync, on_delete=models.SET_NULL, related_name="requested", null=True)
    left_out = ArrayField(models.TextField(), db_default=[])
    why_not = models.TextField(db_default="")

    class Meta:
        db_table = "hub_requested_district"
        constraints = (models.UniqueConstraint(name="a_district_once_a_request", fields=["request", "district"]),)
        indexes = (models.Index(fields=["district", "-request"], name="requests_to_a_district"),)

    def __str__(self) -> str:
        return f"request {self.request_id} to {self.district_id}"
