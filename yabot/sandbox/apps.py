from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The simulated Telegram. It has no models and imports no bot code."""

    name = "yabot.sandbox"
    label = "sandbox"
