"""Codes and keys of agents, who reads an order, what holds a resync back, quiet hours."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0012_selections'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgentCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.TextField(unique=True)),
                ('made_by', models.TextField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'hub_agent_code',
            },
        ),
        migrations.CreateModel(
            name='AgentKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.TextField(unique=True)),
                ('begins', models.TextField()),
                ('previous', models.TextField(null=True, unique=True)),
                ('previous_until', models.DateTimeField(null=True)),
                ('place', models.TextField(db_default='')),
                ('made_by', models.TextField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rotated_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('counted_from', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('requests', models.IntegerField(db_default=0)),
            ],
            options={
                'db_table': 'hub_agent_key',
            },
        ),
        migrations.AddField(
            model_name='order',
            name='reader',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='resync',
            name='held_by',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='resync',
            name='hold',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='zone',
            name='district_quiet',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='zone',
            name='state_quiet',
            field=models.TextField(db_default=''),
        ),
        migrations.AddField(
            model_name='zone',
            name='time_zone',
            field=models.TextField(db_default='UTC'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('state', 'reading')), fields=['reader'], name='orders_that_a_key_reads'),
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.CheckConstraint(condition=models.Q(('hold__in', ['', 'paused', 'cancelled'])), name='resync_hold'),
        ),
        migrations.AddField(
            model_name='agentcode',
            name='district',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agent_codes', to='hub.district'),
        ),
        migrations.AddField(
            model_name='agentkey',
            name='district',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='agent_keys', to='hub.district'),
        ),
    ]
