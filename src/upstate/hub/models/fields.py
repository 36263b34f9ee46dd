"""Who owns a field, where the state decided otherwise than the catalog that was shipped."""

from django.db import models
from django.db.models.functions import Now

from upstate.hub.models.people import Person


class FieldOwner(models.Model):
    """A column whose owner a state administrator changed; it holds from the next run on, for every district."""

    object = models.TextField()
    column = models.TextField()
    owner = models.TextField()
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(Person, on_delete=models.SET_NULL, related_name="+", null=True, db_index=False)

    class Meta:
        db_table = "hub_field_owner"
        constraints = (
            models.UniqueConstraint(name="an_owner_once_a_field", fields=["object", "column"]),
            models.CheckConstraint(name="field_owner", condition=models.Q(owner__in=["district", "state"])),
        )

    def __str__(self) -> str:
        return f"{self.object}.{self.column}: {self.owner}"
