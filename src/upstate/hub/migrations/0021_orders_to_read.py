"""What a worker and those agents that wait look for again and again: orders that are still to be read, or settled."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hub', '0020_withdrawn_claims'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='order',
            index=models.Index(
                condition=models.Q(('state__in', ['waiting', 'reading'])), fields=['resync'], name='orders_to_read'
            ),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(
                condition=models.Q(('state__in', ['waiting', 'reading', 'delivered'])),
                fields=['resync', 'position'],
                name='orders_to_settle',
            ),
        ),
    ]
