"""Celery beat's tables with keys that MongoDB can make; apart, because only an installation with Celery imports it."""

from django_celery_beat.apps import BeatConfig

from yabot.mongo.apps import KEY


class MongoBeatConfig(BeatConfig):
    """The periodic tasks."""

    default_auto_field = KEY
