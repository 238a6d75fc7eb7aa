import yabot.core.clock
from django.db import migrations, models


class Migration(migrations.Migration):
    """Memberships that are there already are no news."""

    dependencies = [
        ('channeladmin', '0004_ends_index'),
    ]

    operations = [
        migrations.AddField(
            model_name='subscription',
            name='announced_at',
            field=models.DateTimeField(default=yabot.core.clock.now, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name='subscription',
            name='announced_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(condition=models.Q(('announced_at__isnull', True)), fields=['starts_at'], name='channeladmin_subscription_new'),
        ),
    ]
