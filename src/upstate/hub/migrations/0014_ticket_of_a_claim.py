"""What tells a repeated claim from a new one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0015_leftovers'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='ticket',
            field=models.TextField(null=True),
        ),
    ]
