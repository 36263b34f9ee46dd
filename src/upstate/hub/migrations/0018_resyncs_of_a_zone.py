"""The resyncs of a zone from the newest on, so that where districts stand is told without reading all history."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0017_rejections_of_a_root'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='resync',
            index=models.Index(fields=['zone', '-id'], name='resyncs_of_a_zone'),
        ),
        migrations.AlterField(
            model_name='resync',
            name='zone',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='resyncs', to='hub.zone'),
        ),
    ]
