"""The roles learn of what came after them: Lucien's rules and what waits of them, steps, and corrections of besitos."""

from typing import Any

from django.db import migrations

from yabot import roles

LATER = (*roles.rights_of(["lucienrule", "dueletter", "progressstep"]), "delete_declaration", "correct_transfer")


def extend(apps: Any, _schema: Any) -> None:
    roles.extend(apps, LATER)


class Migration(migrations.Migration):

    dependencies = [
        ("narrative", "0015_desk"),
    ]

    operations = [migrations.RunPython(extend, migrations.RunPython.noop)]
