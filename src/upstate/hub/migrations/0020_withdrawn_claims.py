"""Which claim an agent has withdrawn last: one that waits for work and is to be answered at once."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0019_what_is_clear'),
    ]

    operations = [
        migrations.AddField(
            model_name='agentkey',
            name='withdrawn',
            field=models.TextField(db_default=''),
        ),
    ]
