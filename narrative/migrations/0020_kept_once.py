"""Codes and pairs of hints that are there twice: the older one stays, then the database sees to it."""

from django.db import migrations, models


def keep_one(apps, schema_editor):
    Hint = apps.get_model("narrative", "Hint")
    seen = set()
    for hint in Hint.objects.exclude(code="").order_by("pk"):
        if hint.code in seen:
            Hint.objects.filter(pk=hint.pk).update(code="")
        seen.add(hint.code)
    HintCombination = apps.get_model("narrative", "HintCombination")
    pairs = set()
    for row in HintCombination.objects.order_by("pk"):
        first, second = sorted((row.first_id, row.second_id))
        if (first, second) in pairs:
            row.delete()
            continue
        pairs.add((first, second))
        if row.first_id != first:
            turned = HintCombination.objects.filter(first_id=first, second_id=second)
            turned.delete()  # the same pair the other way round, and younger
            HintCombination.objects.filter(pk=row.pk).update(first_id=first, second_id=second)


class Migration(migrations.Migration):
    dependencies = [("narrative", "0019_lock_words")]

    operations = [
        migrations.RunPython(keep_one, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="hint",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code__gt", "")),
                fields=("code",),
                name="narrative_hint_code_once",
                violation_error_message="Otra pista tiene ya este código.",
            ),
        ),
    ]
