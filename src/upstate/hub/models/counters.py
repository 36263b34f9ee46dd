"""What has happened so often since the hub was set up, for those who watch it: a row only ever rises."""

from django.db import models

from upstate.hub.models.district import District


class Counter(models.Model):
    """So many orders, records or lost leases of a district. Kept by a trigger on the orders, whoever settles them."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.TextField()
    label = models.TextField()
    value = models.BigIntegerField()

    class Meta:
        db_table = "hub_counter"
        constraints = (models.UniqueConstraint(name="a_counter_once_a_district", fields=["district", "name", "label"]),)

    def __str__(self) -> str:
        return f"{self.name} {self.label}: {self.value}"
