"""Resyncs that wait for their turn, alerts, and what is known of agents."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0003_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Agent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.TextField()),
                ('version', models.TextField(db_default='')),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'hub_agent',
            },
        ),
        migrations.CreateModel(
            name='AgentEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('went_wrong', models.BooleanField(db_default=False)),
                ('line', models.TextField()),
            ],
            options={
                'db_table': 'hub_agent_entry',
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('process', models.TextField()),
                ('name', models.TextField()),
                ('text', models.TextField(db_default='')),
                ('address', models.TextField(db_default='')),
                ('posted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('due_on', models.DateField(null=True)),
                ('by_mail', models.BooleanField(db_default=False)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('mail_after', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'hub_alert',
            },
        ),
        migrations.RemoveConstraint(
            model_name='resync',
            name='resync_state',
        ),
        migrations.RemoveConstraint(
            model_name='resync',
            name='a_resync_that_runs_is_not_finished',
        ),
        migrations.AddField(
            model_name='resync',
            name='asked_by_person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='resync',
            name='noticed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='resync',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['zone', 'school_year', 'id'], name='resyncs_that_have_not_ended'),
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'finished', 'failed'])), name='resync_state'),
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state__in', ['queued', 'running'])), models.Q(models.Q(('state__in', ['queued', 'running']), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='a_resync_that_runs_is_not_finished'),
        ),
        migrations.AddField(
            model_name='agent',
            name='district',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='agent', to='hub.district'),
        ),
        migrations.AddField(
            model_name='agententry',
            name='district',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='agent_entries', to='hub.district'),
        ),
        migrations.AddField(
            model_name='agententry',
            name='resync',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='hub.resync'),
        ),
        migrations.AddField(
            model_name='alert',
            name='district',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='hub.district'),
        ),
        migrations.AddField(
            model_name='alert',
            name='person',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='agententry',
            index=models.Index(fields=['district', '-id'], name='entries_of_an_agent'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['person', '-id'], name='alerts_of_a_person'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('by_mail', True), ('mailed_at', None)), fields=['mail_after'], name='alerts_to_mail'),
        ),
    ]
