"""What the state asks for, when a year was switched, and whom a stall was told."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0004_queue_alerts_agents'),
    ]

    operations = [
        migrations.CreateModel(
            name='RequestedDistrict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('left_out', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('why_not', models.TextField(db_default='')),
            ],
            options={
                'db_table': 'hub_requested_district',
            },
        ),
        migrations.CreateModel(
            name='StateRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(unique=True)),
                ('asked_by', models.TextField()),
                ('chosen', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('check_dependencies', models.BooleanField()),
                ('reason', models.TextField()),
                ('due_on', models.DateField()),
                ('disclose', models.BooleanField()),
                ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('noticed_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'hub_state_request',
            },
        ),
        migrations.CreateModel(
            name='YearSwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_year', models.IntegerField()),
                ('to_year', models.IntegerField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('who', models.TextField()),
                ('reason', models.TextField(db_default='')),
                ('missing', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
            ],
            options={
                'db_table': 'hub_year_switch',
            },
        ),
        migrations.AddField(
            model_name='resync',
            name='stall_told_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='resync',
            index=models.Index(condition=models.Q(('noticed_at', None), ('state__in', ['finished', 'failed'])), fields=['id'], name='resyncs_to_tell_of'),
        ),
        migrations.AddField(
            model_name='requesteddistrict',
            name='district',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='hub.district'),
        ),
        migrations.AddField(
            model_name='requesteddistrict',
            name='resync',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='requested', to='hub.resync'),
        ),
        migrations.AddField(
            model_name='staterequest',
            name='asked_by_person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='requesteddistrict',
            name='request',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='districts', to='hub.staterequest'),
        ),
        migrations.AddField(
            model_name='yearswitch',
            name='person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='yearswitch',
            name='zone',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='switches_of_year', to='hub.zone'),
        ),
        migrations.AddIndex(
            model_name='staterequest',
            index=models.Index(condition=models.Q(('noticed_at', None)), fields=['id'], name='requests_that_have_not_ended'),
        ),
        migrations.AddIndex(
            model_name='requesteddistrict',
            index=models.Index(fields=['district', '-request'], name='requests_to_a_district'),
        ),
        migrations.AddConstraint(
            model_name='requesteddistrict',
            constraint=models.UniqueConstraint(fields=('request', 'district'), name='a_district_once_a_request'),
        ),
        migrations.AddIndex(
            model_name='yearswitch',
            index=models.Index(fields=['zone', '-at'], name='switches_of_a_zone'),
        ),
        migrations.AddConstraint(
            model_name='yearswitch',
            constraint=models.CheckConstraint(condition=models.Q(('missing', []), models.Q(('reason', ''), _negated=True), _connector='OR'), name='who_goes_on_says_why'),
        ),
        # what ended before people could be told is old news
        migrations.RunSQL(
            "UPDATE hub_resync SET noticed_at = finished_at WHERE noticed_at IS NULL AND finished_at IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
