"""The team's roles: they need the rights of every module's tables, so they come with the last of them."""

from typing import Any

from django.db import migrations

from yabot import roles


def make(apps: Any, _schema: Any) -> None:
    roles.make(apps)


class Migration(migrations.Migration):

    dependencies = [
        ("narrative", "0006_drafts"),
        ("core", "0010_wishes"),
        ("gamification", "0003_indexes"),
        ("channeladmin", "0003_subscriptions"),
        ("auth", "__first__"),
        ("contenttypes", "__first__"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
