"""The language of whoever sits at the desk."""

from django.utils.translation import get_language


def spoken() -> str:
    """The language of whoever looks."""
    return "en" if (get_language() or "es")[:2] == "en" else "es"
