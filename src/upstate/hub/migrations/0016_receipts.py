"""Receipts: both ends' digests of each object of a resync."""

import django.db.models.deletion
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


def _total() -> ArrayField:  # type: ignore[type-arg]
    return ArrayField(base_field=models.BigIntegerField(), null=True, size=3)


class Migration(migrations.Migration):
    dependencies = [("hub", "0015_leftovers")]

    operations = [
        migrations.CreateModel(
            name="ReceiptLine",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="receipt",
                        serialize=False,
                        to="hub.order",
                    ),
                ),
                ("definition", models.BinaryField(null=True)),
                ("compared", _total()),
                ("district", _total()),
                ("state", _total()),
                ("district_landed", _total()),
                ("state_landed", _total()),
            ],
            options={"db_table": "hub_receipt"},
        ),
        migrations.AddConstraint(
            "receiptline",
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
        ),
    ]
