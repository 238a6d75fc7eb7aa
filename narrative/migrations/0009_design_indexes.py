"""The design document's indexes, and a row for each tag of a draft so that a tag can be asked for."""

import django.db.models.deletion
from django.db import migrations, models

import yabot.core.ids


def note_tags(apps, schema_editor):
    """The drafts that are there already."""
    fragment, tag = apps.get_model("narrative", "Fragment"), apps.get_model("narrative", "FragmentTag")
    for pk, tags in fragment.objects.values_list("pk", "tags").iterator():
        tag.objects.bulk_create(tag(fragment_id=pk, tag=name) for name in dict.fromkeys(tags))


class Migration(migrations.Migration):

    dependencies = [
        ('narrative', '0008_lucien_rules'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='fragment',
            name='narrative_fragment_once',
        ),
        migrations.AddConstraint(
            model_name='fragment',
            constraint=models.UniqueConstraint(fields=('key', 'story'), name='narrative_fragment_once'),
        ),
        migrations.AddIndex(
            model_name='fragment',
            index=models.Index(fields=['vip_required', '-changed_at'], name='narrative_fragment_vip'),
        ),
        migrations.AddIndex(
            model_name='readerprogress',
            index=models.Index(fields=['fragment', 'user_id'], name='narrative_progress_where'),
        ),
        migrations.CreateModel(
            name='FragmentTag',
            fields=[
                ('id', models.UUIDField(default=yabot.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('fragment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tagged', to='narrative.fragment', verbose_name='fragmento')),
                ('tag', models.CharField(max_length=64, verbose_name='etiqueta')),
            ],
            options={
                'verbose_name': 'etiqueta de un fragmento',
                'verbose_name_plural': 'etiquetas de los fragmentos',
                'constraints': [models.UniqueConstraint(fields=('fragment', 'tag'), name='narrative_tag_once')],
                'indexes': [models.Index(fields=['tag', 'fragment'], name='narrative_tag_of')],
            },
        ),
        migrations.RunPython(note_tags, migrations.RunPython.noop),
    ]
