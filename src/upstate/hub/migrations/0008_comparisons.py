"""What a comparison found, kept with the order it was made for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hub", "0007_tokens")]

    operations = [
        migrations.AddField("order", "everything", models.BooleanField(db_default=True)),
        migrations.AddField("order", "fingerprint", models.TextField(db_default="")),
        migrations.AddField("order", "district_records", models.BigIntegerField(null=True)),
        migrations.AddField("order", "gone", models.BinaryField(null=True)),
    ]
