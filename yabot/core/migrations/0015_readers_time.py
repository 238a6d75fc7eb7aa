"""Readers say what time it is where they are; until then it is the community's time, and not Greenwich's."""

from typing import Any

from django.conf import settings
from django.db import migrations, models


def use_the_communitys_time(apps: Any, _schema: Any) -> None:
    if settings.TIME_ZONE != "UTC":
        apps.get_model("core", "TelegramUser").objects.filter(time_zone="UTC").update(time_zone=settings.TIME_ZONE)


class Migration(migrations.Migration):

    dependencies = [
        ("core", "0014_staff_telegram"),
    ]

    operations = [
        migrations.AddField(
            model_name="telegramuser",
            name="describe_pictures",
            field=models.BooleanField(
                blank=True,
                help_text="De cada imagen se dice lo que se ve.",
                null=True,
                verbose_name="con descripciones",
            ),
        ),
        migrations.RunPython(use_the_communitys_time, migrations.RunPython.noop),
    ]
