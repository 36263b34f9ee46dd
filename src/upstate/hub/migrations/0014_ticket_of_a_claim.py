"""What tells a repeated claim from a new one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0013_agents_over_the_wire'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='ticket',
            field=models.TextField(null=True),
        ),
    ]
