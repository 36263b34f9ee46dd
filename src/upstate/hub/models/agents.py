"""The agents as the hub knows them: when each was last seen, and what it said."""

from django.db import models
from django.db.models.functions import Now

from upstate.hub.models.district import District
from upstate.hub.models.resync import Resync


class Agent(models.Model):
    """A district's agent: where it runs, and when it was last seen."""

    district = models.OneToOneField(District, on_delete=models.CASCADE, related_name="agent")
    place = models.TextField()
    version = models.TextField(db_default="")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "hub_agent"

    def __str__(self) -> str:
        return f"agent of {self.district_id}"


class AgentEntry(models.Model):
    """One line of an agent's log. It names objects and counts, never a record's values."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="agent_entries", db_index=False)
    resync = models.ForeignKey(Resync, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)
    at = models.DateTimeField(db_default=Now())
    went_wrong = models.BooleanField(db_default=False)
    line = models.TextField()

    class Meta:
        db_table = "hub_agent_entry"
        indexes = (models.Index(fields=["district", "-id"], name="entries_of_an_agent"),)

    def __str__(self) -> str:
        return self.line
