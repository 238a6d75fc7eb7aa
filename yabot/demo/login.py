"""The first login to the admin, so that nobody needs to make one by hand."""

import secrets
from pathlib import Path

from django.contrib.auth import get_user_model

from yabot.core.transactions import atomic

NAME = "admin"


def provide(file: Path) -> str:
    """Make the login ``admin`` with a random password that ``file`` keeps, readable by its owner only; the password.

    A login that exists keeps its password while the file is there; without the file it gets a new one.
    """
    if file.exists() and get_user_model().objects.filter(username=NAME).exists():
        return file.read_text().strip()
    password = secrets.token_urlsafe(9)
    _save(password)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(password + "\n")
    return password


@atomic
def _save(password: str) -> None:
    users = get_user_model().objects
    user, _new = users.get_or_create(username=NAME, defaults={"is_staff": True, "is_superuser": True})
    user.set_password(password)
    user.save()
