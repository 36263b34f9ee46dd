"""The receipt of a resync: what both ends held of each object, by digests that either can compute again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from upstate.hub.models.resync import Order


class ReceiptLine(models.Model):
    """One object of a receipt; it counts once `state` is there, which is written as the object lands.

    `definition` is that of the digests, each of which is three numbers (see wire.digests.Total). `compared` is the
    state's before anything was sent, where it was compared. What landed, and was not only turned away or left over,
    must be the same at both ends: `district_landed`, `state_landed`.
    """

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="receipt", primary_key=True)
    definition = models.BinaryField(null=True)
    compared = ArrayField(models.BigIntegerField(), size=3, null=True)
    district = ArrayField(models.BigIntegerField(), size=3, null=True)
    state = ArrayField(models.BigIntegerField(), size=3, null=True)
    district_landed = ArrayField(models.BigIntegerField(), size=3, null=True)
    state_landed = ArrayField(models.BigIntegerField(), size=3, null=True)

    class Meta:
        db_table = "hub_receipt"
        constraints = (
            models.CheckConstraint(
                name="a_receipt_is_whole_or_not_there",
                condition=models.Q(state=None, district_landed=None, state_landed=None)
                | models.Q(
                    definition__isnull=False,
                    district__isnull=False,
                    state__isnull=False,
                    district_landed__isnull=False,
                    state_landed__isnull=False,
                ),
            ),
        )

    def __str__(self) -> str:
        return f"receipt of order {self.order_id}"
