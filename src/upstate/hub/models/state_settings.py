"""What the state decided for all its districts, where it decided otherwise than we would."""

from django.db import models
from django.db.models.functions import Now

from upstate.hub.models.people import Person


class StateSetting(models.Model):
    """A setting by its name; see hub/state_settings.py for those there are and what holds where no row is."""

    name = models.TextField(primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)

    class Meta:
        db_table = "hub_state_setting"

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
