"""A translation knows the original of each of its texts, no longer of the fragment as a whole."""

import hashlib
from typing import Any

from django.db import migrations, models


def _mark(text: str, length: int = 12) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _said(fragment: Any, texts: list[Any], choices: list[Any]) -> dict[str, dict[str, str]]:
    """The texts of a fragment by name, in the order in which they were hashed."""
    columns = {"title": "title", "text": "body", "alt": "alt", "ending": "ending"}
    said = {name: {row.language: getattr(row, column) for row in texts} for name, column in columns.items()}
    said |= {"alt": said["alt"] if fragment.media else {}, "ending": said["ending"] if fragment.is_ending else {}}
    said |= {f"variant-{number}": one.get("text") or {} for number, one in enumerate(fragment.variants, start=1)}
    return {**said, **{f"choice-{row.key}": row.labels for row in choices}}


def fill(apps: Any, _schema: Any) -> None:
    """What was of the original as it is now still is; of everything else nobody knows, so it has changed."""
    languages = dict(apps.get_model("narrative", "Story").objects.values_list("pk", "language"))
    text_model, choice_model = apps.get_model("narrative", "FragmentText"), apps.get_model("narrative", "Choice")
    for fragment in apps.get_model("narrative", "Fragment").objects.all():
        source = languages[fragment.story_id]
        texts = list(text_model.objects.filter(fragment_id=fragment.pk))
        choices = list(choice_model.objects.filter(fragment_id=fragment.pk).order_by("order", "key"))
        said = _said(fragment, texts, choices)
        whole = _mark("\x1f".join(words.get(source, "") for words in said.values()), 16)
        for row in texts:
            if row.language != source and row.source_hash == whole:
                row.sources = {
                    name: f"{_mark(words[source])}:{_mark(words[row.language])}"
                    for name, words in said.items()
                    if words.get(source) and words.get(row.language)
                }
                row.save(update_fields=["sources"])


class Migration(migrations.Migration):
    dependencies = [
        ("narrative", "0011_due_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="fragmenttext",
            name="sources",
            field=models.JSONField(
                blank=True, default=dict, editable=False, verbose_name="originales traducidos"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveField(model_name="fragmenttext", name="source_hash"),
    ]
