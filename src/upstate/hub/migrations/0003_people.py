"""People, roles, grants, failed attempts to sign in, and the audit list."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0002_history_and_storage'),
    ]
    # whoever points at a person waits for this one, not for the hub's first migration alone
    run_before = [
        ('account', '0001_initial'),
        ('socialaccount', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(unique=True)),
                ('rights', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
            ],
            options={
                'db_table': 'hub_role',
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('name', models.TextField()),
                ('email', models.EmailField(max_length=254)),
                ('is_active', models.BooleanField(db_default=True, default=True)),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'hub_person',
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='an_email_once')],
            },
        ),
        migrations.CreateModel(
            name='SignInAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.TextField()),
                ('address', models.TextField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'hub_sign_in_attempt',
                'indexes': [models.Index(fields=['account', 'at'], name='attempts_on_an_account'), models.Index(fields=['address', 'at'], name='attempts_from_an_address')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('who', models.TextField()),
                ('action', models.TextField()),
                ('where', models.TextField(db_default='')),
                ('subject', models.TextField(db_default='')),
                ('district', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='hub.district')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'hub_audit_entry',
                'indexes': [models.Index(fields=['at'], name='audit_by_moment'), models.Index(condition=models.Q(('district__isnull', False)), fields=['district', '-id'], name='audit_of_a_district')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('district', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='hub.district')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='hub.role')),
            ],
            options={
                'db_table': 'hub_grant',
                'constraints': [models.UniqueConstraint(fields=('person', 'role', 'district'), name='a_role_once_a_person_and_district', nulls_distinct=False)],
            },
        ),
    ]
