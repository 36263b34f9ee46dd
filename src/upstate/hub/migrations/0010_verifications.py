"""Verifications and what they found, and what the state decides for all its districts."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


def _sql(name: str) -> str:
    return (Path(__file__).parent / f"0010_{name}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0009_counters'),
    ]

    operations = [
        migrations.CreateModel(
            name='StateSetting',
            fields=[
                ('name', models.TextField(primary_key=True, serialize=False)),
                ('value', models.JSONField()),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'hub_state_setting',
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school_year', models.IntegerField()),
                ('mode', models.TextField()),
                ('objects_in_order', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='objects', size=None)),
                ('asked_by', models.TextField()),
                ('by_state', models.BooleanField(db_default=False)),
                ('state', models.TextField(db_default='queued')),
                ('message', models.TextField(db_default='')),
                ('attempts', models.IntegerField(db_default=0)),
                ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('asked_by_person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('zone', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='verifications', to='hub.zone')),
            ],
            options={
                'db_table': 'hub_verification',
            },
        ),
        migrations.CreateModel(
            name='VerifiedObject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.IntegerField()),
                ('object', models.TextField()),
                ('school_year', models.IntegerField(null=True)),
                ('state', models.TextField(db_default='waiting')),
                ('district_count', models.BigIntegerField(null=True)),
                ('state_count', models.BigIntegerField(null=True)),
                ('district_only', models.BigIntegerField(null=True)),
                ('state_only', models.BigIntegerField(null=True)),
                ('different', models.BigIntegerField(null=True)),
                ('duplicates', models.BigIntegerField(null=True)),
                ('expected', models.JSONField(db_default={}, default=dict)),
                ('kept', models.IntegerField(db_default=0)),
                ('seconds', models.FloatField(null=True)),
                ('message', models.TextField(db_default='')),
                ('verification', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='verified', to='hub.verification')),
            ],
            options={
                'db_table': 'hub_verified_object',
            },
        ),
        migrations.CreateModel(
            name='VerifiedDifference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.TextField()),
                ('key', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('owners', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('expected', models.TextField(null=True)),
                ('verified', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='differences', to='hub.verifiedobject')),
            ],
            options={
                'db_table': 'hub_verified_difference',
            },
        ),
        migrations.AddIndex(
            model_name='verification',
            index=models.Index(fields=['zone', '-id'], name='verifications_of_a_zone'),
        ),
        migrations.AddIndex(
            model_name='verification',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['zone', 'school_year', 'id'], name='verifications_not_ended'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('zone', 'school_year'), name='one_running_verification_per_zone_and_year'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['full', 'partial'])), name='verification_mode'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'finished', 'failed'])), name='verification_state'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state__in', ['queued', 'running'])), models.Q(models.Q(('state__in', ['queued', 'running']), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='a_verification_that_runs_is_not_finished'),
        ),
        migrations.AddConstraint(
            model_name='verifiedobject',
            constraint=models.UniqueConstraint(fields=('verification', 'object'), name='an_object_once_a_verification'),
        ),
        migrations.AddConstraint(
            model_name='verifiedobject',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'compared', 'not compared'])), name='verified_object_state'),
        ),
        migrations.AddConstraint(
            model_name='verifiedobject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('different__isnull', False), ('district_count__isnull', False), ('district_only__isnull', False), ('duplicates__isnull', False), ('state', 'compared'), ('state_count__isnull', False), ('state_only__isnull', False)), models.Q(models.Q(('state', 'compared'), _negated=True), ('different', None), ('district_count', None), ('district_only', None), ('duplicates', None), ('state_count', None), ('state_only', None)), _connector='OR'), name='only_what_was_compared_has_counts'),
        ),
        migrations.AddConstraint(
            model_name='verifiedobject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'not compared'), _negated=True), models.Q(('message', ''), _negated=True), _connector='OR'), name='what_was_not_compared_says_why'),
        ),
        migrations.AddIndex(
            model_name='verifieddifference',
            index=models.Index(fields=['verified', 'id'], name='differences_of_an_object'),
        ),
        migrations.AddConstraint(
            model_name='verifieddifference',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['district_only', 'state_only', 'different', 'duplicates'])), name='kind_of_difference'),
        ),
        migrations.RunSQL(
            _sql("verification_reports"), "DROP VIEW dis_verification_difference; DROP VIEW dis_verification_result"
        ),
    ]
