"""What hung on a root is found whatever its standing, so that the Error Log can be filtered by a root that was mended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index, over more rows than before."""

    dependencies = (("hub", "0016_receipts"),)
    operations = (
        migrations.RemoveIndex(model_name="rejection", name="rejections_of_a_root"),
        migrations.AddIndex(
            model_name="rejection",
            index=models.Index(
                condition=models.Q(("verdict", "failed"), _negated=True),
                fields=["district", "root_object", "root_key", "object", "id"],
                name="rejections_of_a_root",
            ),
        ),
    )
