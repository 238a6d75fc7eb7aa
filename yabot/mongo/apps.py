"""Keys on MongoDB: Django's own apps get ones that it can make, and every key is the document's ``_id``.

Loaded before any model is. A key under another name would be a second unique index next to ``_id``.
"""

from typing import Any

from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig
from django.db.models.signals import class_prepared

from yabot.admin_site import YabotAdminConfig

KEY = "django_mongodb_backend.fields.ObjectIdAutoField"


class MongoAdminConfig(YabotAdminConfig):
    """The admin's history."""

    default_auto_field = KEY


class MongoAuthConfig(AuthConfig):
    """Staff, groups and permissions."""

    default_auto_field = KEY


class MongoContentTypesConfig(ContentTypesConfig):
    """The names of models."""

    default_auto_field = KEY


def _name_the_key(sender: Any, **_: Any) -> None:
    key = sender._meta.pk
    if key is not None and key.remote_field is None:
        key.column = "_id"


class_prepared.connect(_name_the_key, dispatch_uid="yabot.mongo.key")
