"""Every control table, as the models say it."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='CatalogFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.TextField(unique=True)),
                ('text', models.TextField()),
            ],
            options={
                'db_table': 'hub_catalog_file',
            },
        ),
        migrations.CreateModel(
            name='District',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('name', models.TextField(unique=True)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'db_table': 'hub_district',
            },
        ),
        migrations.CreateModel(
            name='Resync',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school_year', models.IntegerField()),
                ('mode', models.TextField()),
                ('chosen', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('objects_in_order', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_column='objects', size=None)),
                ('check_dependencies', models.BooleanField()),
                ('asked_by', models.TextField()),
                ('reason', models.TextField(db_default='')),
                ('state', models.TextField(db_default='running')),
                ('placed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'hub_resync',
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.IntegerField()),
                ('object', models.TextField()),
                ('school_year', models.IntegerField(null=True)),
                ('state', models.TextField(db_default='waiting')),
                ('epoch', models.IntegerField(db_default=0)),
                ('batches', models.IntegerField(null=True)),
                ('records', models.BigIntegerField(db_default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('created', models.BigIntegerField(db_default=0)),
                ('updated', models.BigIntegerField(db_default=0)),
                ('unchanged', models.BigIntegerField(db_default=0)),
                ('deleted', models.BigIntegerField(db_default=0)),
                ('failed', models.BigIntegerField(db_default=0)),
                ('blocked', models.BigIntegerField(db_default=0)),
                ('excluded', models.BigIntegerField(db_default=0)),
                ('leftovers', models.BigIntegerField(db_default=0)),
                ('message', models.TextField(db_default='')),
                ('resync', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='hub.resync')),
            ],
            options={
                'db_table': 'hub_order',
                'ordering': ('resync', 'position'),
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.TextField()),
                ('mapping', models.TextField(db_default='')),
                ('district', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='source', to='hub.district')),
            ],
            options={
                'db_table': 'hub_source',
            },
        ),
        migrations.CreateModel(
            name='Zone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('school_year', models.IntegerField()),
                ('edition', models.TextField(null=True)),
                ('switches', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('previous_year', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('next_year', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], size=None)),
                ('district', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='zone', to='hub.district')),
            ],
            options={
                'db_table': 'hub_zone',
            },
        ),
        migrations.AddField(
            model_name='resync',
            name='zone',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='resyncs', to='hub.zone'),
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.IntegerField()),
                ('records', models.IntegerField()),
                ('digest', models.BinaryField()),
                ('payload', models.BinaryField()),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='kept', to='hub.order')),
            ],
            options={
                'db_table': 'hub_batch',
                'constraints': [models.UniqueConstraint(fields=('order', 'number'), name='a_batch_once_an_order'), models.CheckConstraint(condition=models.Q(('number__gte', 0), ('records__gte', 0)), name='a_batch_counts_from_0')],
            },
        ),
        migrations.CreateModel(
            name='Rejection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('object', models.TextField()),
                ('school_year', models.IntegerField(null=True)),
                ('key', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None)),
                ('reason', models.TextField()),
                ('column', models.TextField(db_default='')),
                ('verdict', models.TextField()),
                ('records', models.IntegerField(db_default=1)),
                ('message', models.TextField()),
                ('advice', models.TextField()),
                ('root_object', models.TextField()),
                ('root_key', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(null=True), size=None)),
                ('root_reason', models.TextField()),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(null=True)),
                ('district', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rejections', to='hub.district')),
                ('first_seen', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.resync')),
                ('last_seen', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.resync')),
                ('resolved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='hub.resync')),
            ],
            options={
                'db_table': 'hub_rejection',
                'constraints': [models.UniqueConstraint(fields=('district', 'object', 'school_year', 'key', 'reason', 'column'), name='a_rejection_once_a_record_and_reason', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('verdict__in', ['failed', 'blocked', 'excluded'])), name='rejection_verdict')],
            },
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('resync', 'object'), name='an_object_once_a_resync'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.UniqueConstraint(fields=('resync', 'position'), name='a_position_once_a_resync'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'reading', 'delivered', 'landed', 'failed'])), name='order_state'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['landed', 'failed'])), models.Q(models.Q(('state__in', ['landed', 'failed']), _negated=True), ('finished_at', None)), _connector='OR'), name='an_order_is_settled_when_it_is_finished'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'delivered'), _negated=True), ('batches__isnull', False), _connector='OR'), name='a_delivered_order_knows_its_batches'),
        ),
        migrations.AddConstraint(
            model_name='order',
            constraint=models.CheckConstraint(condition=models.Q(('epoch__gte', 0)), name='an_epoch_only_rises'),
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('zone', 'school_year'), name='one_running_resync_per_zone_and_year'),
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['full', 'partial'])), name='resync_mode'),
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['running', 'finished', 'failed'])), name='resync_state'),
        ),
        migrations.AddConstraint(
            model_name='resync',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state', 'running')), models.Q(models.Q(('state', 'running'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='a_resync_that_runs_is_not_finished'),
        ),
    ]
