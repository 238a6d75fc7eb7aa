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
        migrations.RemoveIndex(model_name="webhookdelivery", name="core_call_due"),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("state", 0)), fields=["endpoint", "due_at"], name="core_call_endpoint"
            ),
        ),
        migrations.RunPython(keep_lifetimes, migrations.RunPython.noop),
    ]
