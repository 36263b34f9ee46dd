"""What a comparison's look at the state's rows settles of judging them, so that landing need not look again."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0018_resyncs_of_a_zone'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='clear',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), null=True, size=None),
        ),
    ]
