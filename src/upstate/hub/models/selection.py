"""Some records instead of whole objects: what was asked for by key, or is sent again as its root was mended."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from upstate.hub.models.resync import Resync


class Selection(models.Model):
    """The records that a resync is limited to: `asked` has their keys as texts, a list of parts each.

    Where `by_id`, each is the one text by which the district itself knows a record. `parents`: with what those records
    need; `dependents`: with what hangs on them. A resync that goes on after a root was mended has none: what it sends
    hangs on the rejections themselves.
    """

    resync = models.OneToOneField(Resync, on_delete=models.CASCADE, primary_key=True, related_name="selection")
    object = models.TextField()
    asked = ArrayField(ArrayField(models.TextField(null=True)))
    by_id = models.BooleanField(db_default=False)
    parents = models.BooleanField(db_default=True)
    dependents = models.BooleanField(db_default=False)

    class Meta:
        db_table = "hub_selection"
        constraints = (models.CheckConstraint(name="a_selection_asks_for_something", condition=~models.Q(asked=[])),)

    def __str__(self) -> str:
        return f"{len(self.asked)} of {self.object} in resync {self.pk}"
