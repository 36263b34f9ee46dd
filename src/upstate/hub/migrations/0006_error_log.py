"""Clearing rejections, the sums that the Error Log is drawn from, its indexes, and owners of fields."""

from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


def _sql(name: str) -> str:
    return (Path(__file__).parent / f"0006_{name}.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0005_requests_years_stalls'),
    ]

    operations = [
        migrations.CreateModel(
            name='FieldOwner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.TextField()),
                ('column', models.TextField()),
                ('owner', models.TextField()),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'hub_field_owner',
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('root_object', models.TextField()),
                ('root_key', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None)),
                ('root_reason', models.TextField()),
                ('verdict', models.TextField()),
                ('object', models.TextField()),
                ('school_year', models.IntegerField(null=True)),
                ('records', models.BigIntegerField()),
            ],
            options={
                'db_table': 'hub_hold',
            },
        ),
        migrations.CreateModel(
            name='Root',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.TextField()),
                ('key', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None)),
                ('reason', models.TextField()),
                ('verdict', models.TextField()),
                ('holds', models.BigIntegerField()),
            ],
            options={
                'db_table': 'hub_root',
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.TextField()),
                ('school_year', models.IntegerField(null=True)),
                ('verdict', models.TextField()),
                ('reason', models.TextField()),
                ('column', models.TextField()),
                ('own', models.BooleanField()),
                ('rejections', models.BigIntegerField()),
                ('records', models.BigIntegerField()),
                ('last_seen_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'hub_tally',
            },
        ),
        migrations.AddField(
            model_name='rejection',
            name='cleared_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='rejection',
            name='cleared_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='rejection',
            index=models.Index(models.F('district'), models.F('verdict'), models.F('object'), models.F('reason'), django.db.models.functions.comparison.Coalesce('school_year', 0), models.F('first_seen_at'), models.F('id'), condition=models.Q(('cleared_at', None), ('resolved_at', None)), name='rejections_open'),
        ),
        migrations.AddIndex(
            model_name='rejection',
            index=models.Index(models.F('district'), models.F('verdict'), models.F('object'), models.F('reason'), django.db.models.functions.comparison.Coalesce('school_year', 0), models.F('first_seen_at'), models.F('id'), condition=models.Q(('cleared_at__isnull', False), ('resolved_at', None)), name='rejections_cleared'),
        ),
        migrations.AddIndex(
            model_name='rejection',
            index=models.Index(models.F('district'), models.F('verdict'), models.F('object'), models.F('reason'), django.db.models.functions.comparison.Coalesce('school_year', 0), models.F('first_seen_at'), models.F('id'), condition=models.Q(('resolved_at__isnull', False)), name='rejections_resolved'),
        ),
        migrations.AddIndex(
            model_name='rejection',
            index=models.Index(condition=models.Q(('cleared_at', None), ('resolved_at', None), models.Q(('verdict', 'failed'), _negated=True)), fields=['district', 'root_object', 'root_key', 'object', 'id'], name='rejections_of_a_root'),
        ),
        migrations.AddField(
            model_name='fieldowner',
            name='changed_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='district',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.district'),
        ),
        migrations.AddField(
            model_name='root',
            name='district',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.district'),
        ),
        migrations.AddField(
            model_name='tally',
            name='district',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.district'),
        ),
        migrations.AddConstraint(
            model_name='fieldowner',
            constraint=models.UniqueConstraint(fields=('object', 'column'), name='an_owner_once_a_field'),
        ),
        migrations.AddConstraint(
            model_name='fieldowner',
            constraint=models.CheckConstraint(condition=models.Q(('owner__in', ['district', 'state'])), name='field_owner'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(fields=['district', 'root_object', 'root_key'], name='holds_of_a_root'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(fields=['district', 'object', 'school_year'], name='holds_by_object'),
        ),
        migrations.AddIndex(
            model_name='root',
            index=models.Index(fields=['district', 'verdict', '-holds', '-id'], name='roots_by_what_they_hold'),
        ),
        migrations.AddConstraint(
            model_name='root',
            constraint=models.UniqueConstraint(fields=('district', 'object', 'key', 'reason', 'verdict'), name='a_root_once_a_district'),
        ),
        migrations.AddConstraint(
            model_name='root',
            constraint=models.CheckConstraint(condition=models.Q(('holds__gt', 0)), name='a_root_holds_something'),
        ),
        migrations.AddConstraint(
            model_name='tally',
            constraint=models.UniqueConstraint(fields=('district', 'object', 'school_year', 'verdict', 'reason', 'column', 'own'), name='a_tally_once_a_reason', nulls_distinct=False),
        ),
        # what is open already, summed once; from now on each landing keeps the sums
        migrations.RunSQL(_sql("holds"), migrations.RunSQL.noop),
        migrations.RunSQL(_sql("roots"), migrations.RunSQL.noop),
        migrations.RunSQL(_sql("tallies"), migrations.RunSQL.noop),
    ]
