"""The agents as the hub knows them: when each was last seen, what it said, and the keys it comes in with."""

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


class AgentCode(models.Model):
    """A code that is good for one key, once and for a short while. `digest` is SHA-256 of the code, in hex."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="agent_codes")
    digest = models.TextField(unique=True)
    made_by = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hub_agent_code"

    def __str__(self) -> str:
        return f"code for the agent of {self.district_id}"


class AgentKey(models.Model):
    """What a district's agent shows to come in; the key itself is never kept. `digest` is its SHA-256, in hex.

    After a rotation the key before is good until the new one is used, at most until `previous_until`, so that an
    answer lost on its way locks nobody out. `begins` are its first characters, to tell it by. `requests` were made
    since `counted_from`. `withdrawn` is the ticket of the claim that its agent last took back.
    """

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="agent_keys")
    digest = models.TextField(unique=True)
    begins = models.TextField()
    previous = models.TextField(null=True, unique=True)
    previous_until = models.DateTimeField(null=True)
    place = models.TextField(db_default="")
    made_by = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    rotated_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    counted_from = models.DateTimeField(db_default=Now())
    requests = models.IntegerField(db_default=0)
    withdrawn = models.TextField(db_default="")

    class Meta:
        db_table = "hub_agent_key"

    def __str__(self) -> str:
        return self.begins
