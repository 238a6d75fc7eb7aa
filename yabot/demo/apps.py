from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo story and the commands that start everything."""

    name = "yabot.demo"
    label = "demo"
