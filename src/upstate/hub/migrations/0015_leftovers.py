"""Rows at the state that a district no longer has, and removals of them that wait for approval."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0014_ticket_of_a_claim'),
    ]

    operations = [
        migrations.AddField(
            model_name='resync',
            name='leftovers_message',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='resync',
            name='leftovers_settled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='resync',
            name='remove_leftovers',
            field=models.BooleanField(db_default=False),
        ),
        migrations.CreateModel(
            name='HeldRemoval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.TextField()),
                ('school_year', models.IntegerField(null=True)),
                ('rows', models.BigIntegerField()),
                ('rows_before', models.BigIntegerField()),
                ('school', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), null=True, size=None)),
                ('school_rows', models.BigIntegerField(null=True)),
                ('school_rows_before', models.BigIntegerField(null=True)),
                ('state', models.TextField(db_default='waiting')),
                ('held_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('told_at', models.DateTimeField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by_name', models.TextField(db_default='')),
                ('reason', models.TextField(db_default='')),
                ('removed', models.BigIntegerField(null=True)),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('district', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.district')),
                ('resync', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='held_removals', to='hub.resync')),
            ],
            options={
                'db_table': 'hub_held_removal',
                'indexes': [models.Index(fields=['district', '-id'], name='held_removals_of_a_district'), models.Index(condition=models.Q(('state', 'waiting'), ('told_at', None)), fields=['id'], name='held_removals_to_tell_of')],
                'constraints': [models.UniqueConstraint(fields=('resync', 'object'), name='an_object_is_held_once_a_resync'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'approved', 'discarded', 'replaced', 'rehearsed'])), name='held_removal_state')],
            },
        ),
        migrations.CreateModel(
            name='Leftover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.TextField()),
                ('school_year', models.IntegerField(null=True)),
                ('key', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None)),
                ('first_seen_at', models.DateTimeField()),
                ('kept', models.TextField(db_default='')),
                ('kept_by', models.TextField(db_default='')),
                ('district', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.district')),
                ('first_seen', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.resync')),
                ('last_seen', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.resync')),
            ],
            options={
                'db_table': 'hub_leftover',
                'constraints': [models.UniqueConstraint(fields=('district', 'object', 'school_year', 'key'), name='a_leftover_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('kept__in', ['', 'state_owned', 'needed', 'held'])), name='why_a_leftover_stays')],
            },
        ),
    ]
