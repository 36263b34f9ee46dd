"""What a rehearsal would have left behind: kept apart, as nothing of it was written where it belongs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from upstate.hub.models.resync import Resync


class Rehearsal(models.Model):
    """What the rejections of a rehearsal come to, in records; the counts of its objects stand in its orders."""

    resync = models.OneToOneField(Resync, on_delete=models.CASCADE, related_name="rehearsal", primary_key=True)
    problems = models.BigIntegerField()
    held_back = models.BigIntegerField()
    failed = models.BigIntegerField()
    kept_out = models.BigIntegerField()
    kept_out_with_them = models.BigIntegerField()

    class Meta:
        db_table = "hub_rehearsal"

    def __str__(self) -> str:
        return f"rehearsal {self.resync_id}"


class RehearsedRoot(models.Model):
    """A root that a rehearsal met: every record that failed, or policy keeps out, with how many it would hold back."""

    resync = models.ForeignKey(Resync, on_delete=models.CASCADE, related_name="+", db_index=False)
    object = models.TextField()
    key = ArrayField(models.TextField(null=True))
    reason = models.TextField()
    verdict = models.TextField()
    message = models.TextField()
    advice = models.TextField()
    blocks = models.BigIntegerField()
    by_object = models.JSONField()

    class Meta:
        db_table = "hub_rehearsed_root"
        indexes = (models.Index(fields=["resync", "-blocks"], name="roots_of_a_rehearsal"),)

    def __str__(self) -> str:
        return f"{self.object} {'|'.join(part or '' for part in self.key)} would hold {self.blocks}"
