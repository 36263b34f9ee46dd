"""Counters of orders and records for those who watch the hub, kept by a trigger."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

_COUNT = (Path(__file__).parent / "0009_count_orders.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("hub", "0008_comparisons")]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("label", models.TextField()),
                ("value", models.BigIntegerField()),
                (
                    "district",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="hub.district",
                    ),
                ),
            ],
            options={"db_table": "hub_counter"},
        ),
        migrations.AddConstraint(
            model_name="counter",
            constraint=models.UniqueConstraint(
                fields=("district", "name", "label"), name="a_counter_once_a_district"
            ),
        ),
        migrations.RunSQL(
            _COUNT, "DROP TRIGGER count_order ON hub_order; DROP FUNCTION hub_count_order(); DELETE FROM hub_counter;"
        ),
    ]
