from django.db import migrations, models


def keep_lifetimes(apps, schema_editor):
    """A key's successor is good for as long as the key was made for."""
    for key in apps.get_model("core", "ModuleKey").objects.exclude(expires_at=None):
        key.lifetime = key.expires_at - key.created_at
        key.save(update_fields=["lifetime"])


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_worked_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="modulekey",
            name="lifetime",
            field=models.DurationField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="modulekey",
            name="line",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.RunPython(keep_lifetimes, migrations.RunPython.noop),
    ]
