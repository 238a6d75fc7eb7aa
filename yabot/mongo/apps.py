"""Django's own apps with keys that MongoDB can make."""

from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

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
