"""Resyncs of some records: selective ones, and those that heal what hung on a mended root."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_MODES = ["full", "partial", "rehearsal", "selective", "heal"]


class Migration(migrations.Migration):
    dependencies = [("hub", "0011_rehearsals")]

    operations = [
        migrations.AddField("order", "selective", models.BooleanField(db_default=False)),
        migrations.AddField(
            "resync",
            "follows",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="followers", to="hub.resync"
            ),
        ),
        migrations.RemoveConstraint("resync", "resync_mode"),
        migrations.AddConstraint(
            "resync", models.CheckConstraint(name="resync_mode", condition=models.Q(mode__in=_MODES))
        ),
        migrations.AddIndex(
            "rejection",
            models.Index(
                fields=["resolved_by"],
                name="rejections_by_who_resolved",
                condition=models.Q(resolved_at__isnull=False),
            ),
        ),
        migrations.CreateModel(
            "Selection",
            fields=[
                (
                    "resync",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="selection",
                        serialize=False,
                        to="hub.resync",
                    ),
                ),
                ("object", models.TextField()),
                (
                    "asked",
                    django.contrib.postgres.fields.ArrayField(
                        django.contrib.postgres.fields.ArrayField(models.TextField(null=True), size=None), size=None
                    ),
                ),
                ("by_id", models.BooleanField(db_default=False)),
                ("parents", models.BooleanField(db_default=True)),
                ("dependents", models.BooleanField(db_default=False)),
            ],
            options={"db_table": "hub_selection"},
        ),
        migrations.AddConstraint(
            "selection",
            models.CheckConstraint(name="a_selection_asks_for_something", condition=~models.Q(asked=[])),
        ),
    ]
