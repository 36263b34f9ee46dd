"""Room on each page of rejections for another version of its rows: every resync sees most of them again.

A new version that finds no room beside the old one is entered into every index of the table. What is there already
keeps its pages until its rows change.
"""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0021_orders_to_read'),
    ]

    operations = [
        migrations.RunSQL(
            'ALTER TABLE hub_rejection SET (fillfactor = 50)',
            'ALTER TABLE hub_rejection RESET (fillfactor)',
        ),
    ]
