"""What a model cannot say: the view for reports, and how payloads are stored."""

from pathlib import Path

from django.db import migrations


def _sql(name: str) -> str:
    return (Path(__file__).parent / f"0002_{name}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("hub", "0001_control_tables")]

    operations = [
        migrations.RunSQL(
            _sql("keep_payloads_as_they_came"), "ALTER TABLE hub_batch ALTER COLUMN payload SET STORAGE EXTENDED"
        ),
        migrations.RunSQL(_sql("dis_batch_history"), "DROP VIEW dis_batch_history"),
    ]
