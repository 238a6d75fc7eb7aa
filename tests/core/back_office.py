"""Every page of the back office, with a row behind each; also run as a process, to see the plain theme."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

from factory.django import DjangoModelFactory


def list_of(model: type) -> str:
    """The model's list."""
    from django.urls import reverse

    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(row: Any) -> str:
    """The row's own page."""
    from django.urls import reverse

    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def act(client: Any, action: str, *rows: Any, **more: str) -> Any:
    """Choose these rows in their list and run the action."""
    return client.post(list_of(type(rows[0])), {"action": action, "_selected_action": [row.pk for row in rows], **more})


def staff(client: Any) -> Any:
    """Log in somebody of the team without any right."""
    from django.contrib.auth.models import User

    client.force_login(User.objects.create_user("becaria", is_staff=True))
    return client


def allow(client: Any, *names: str) -> None:
    """Give whoever is logged in these rights."""
    from django.contrib.auth.models import Permission, User

    user = User.objects.get(pk=client.session["_auth_user_id"])
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))


def factories() -> dict[type, type[DjangoModelFactory]]:
    """One factory for each model that has one in ``tests.factories``; the first one made for it."""
    from tests import factories as package

    found: dict[type, type[DjangoModelFactory]] = {}
    for module in sorted(part.name for part in pkgutil.iter_modules(package.__path__)):
        for value in vars(importlib.import_module(f"tests.factories.{module}")).values():
            if isinstance(value, type) and issubclass(value, DjangoModelFactory) and value._meta.model is not None:
                found.setdefault(value._meta.model, value)
    return found


def addresses(model: type) -> Iterator[str]:
    """The pages of one registered model: its list, a search, its form, and the page of a row where one can be made."""
    from django.contrib import admin
    from django.test import RequestFactory
    from django.urls import reverse

    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"{name}_changelist")
    if admin.site._registry[model].get_search_fields(RequestFactory().get("/")):
        yield reverse(f"{name}_changelist") + "?q=12"
        yield reverse(f"{name}_changelist") + "?q=ana"
    row = factories()[model]() if model in factories() else model._default_manager.first()
    if row is not None:
        yield reverse(f"{name}_change", args=[row.pk])
        yield reverse(f"{name}_history", args=[row.pk])


def add_address(model: type) -> str:
    """The page that makes a new row."""
    from django.urls import reverse

    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def broken_pages() -> list[str]:
    """The pages that do not open for a superuser, with their status."""
    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.create_superuser("todo"))
    urls = [reverse("admin:index"), reverse("admin:status")]
    urls += [url for model in admin.site._registry for url in addresses(model)]
    broken = [f"{url}: {status}" for url in urls if (status := client.get(url).status_code) != 200]
    forms = [add_address(model) for model in admin.site._registry]
    return broken + [f"{url}: {status}" for url in forms if (status := client.get(url).status_code) not in {200, 403}]


if __name__ == "__main__":
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    assert not settings.UNFOLD_INSTALLED
    call_command("migrate", verbosity=0)
    problems = broken_pages()
    sys.stdout.write("\n".join(problems))
    sys.exit(bool(problems))
