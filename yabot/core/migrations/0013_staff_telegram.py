import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import yabot.core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_keys_and_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffTelegram",
            fields=[
                (
                    "id",
                    models.UUIDField(default=yabot.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("user_id", models.BigIntegerField(blank=True, null=True, verbose_name="id de Telegram")),
                ("code_hash", models.CharField(blank=True, db_index=True, max_length=64)),
                ("code_until", models.DateTimeField(blank=True, null=True)),
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="telegram",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
