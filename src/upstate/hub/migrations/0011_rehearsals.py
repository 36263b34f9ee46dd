"""What a rehearsal came to, kept apart from what was written."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

_COUNT = (Path(__file__).parent / "0011_count_no_rehearsals.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0010_verifications'),
    ]

    operations = [
        migrations.CreateModel(
            name='Rehearsal',
            fields=[
                ('resync', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='rehearsal', serialize=False, to='hub.resync')),
                ('problems', models.BigIntegerField()),
                ('held_back', models.BigIntegerField()),
                ('failed', models.BigIntegerField()),
                ('kept_out', models.BigIntegerField()),
                ('kept_out_with_them', models.BigIntegerField()),
            ],
            options={
                'db_table': 'hub_rehearsal',
            },
        ),
        migrations.CreateModel(
            name='RehearsedRoot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.TextField()),
                ('key', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None)),
                ('reason', models.TextField()),
                ('verdict', models.TextField()),
                ('message', models.TextField()),
                ('advice', models.TextField()),
                ('blocks', models.BigIntegerField()),
                ('by_object', models.JSONField()),
            ],
            options={
                'db_table': 'hub_rehearsed_root',
            },
        ),
        migrations.RemoveConstraint(
            model_name='resync',
            name='resync_mode',
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['full', 'partial', 'rehearsal'])), name='resync_mode'),
        ),
        migrations.AddField(
            model_name='rehearsedroot',
            name='resync',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='hub.resync'),
        ),
        migrations.AddIndex(
            model_name='rehearsedroot',
            index=models.Index(fields=['resync', '-blocks'], name='roots_of_a_rehearsal'),
        ),
        migrations.RunSQL(_COUNT, migrations.RunSQL.noop),
    ]
