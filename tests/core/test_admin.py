"""The back office: every page opens, and staff can do what only a person can decide."""


import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import core as factories

pytestmark = pytest.mark.django_db
EVIL = "<img src=x onerror=alert(1)>"


def page(model: type, name: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_every_list_of_the_core_opens(admin_client: Client) -> None:
    for model, factory in factories.FACTORIES.items():
        row = factory()
        for url in (page(model, "changelist"), page(model, "changelist") + "?q=1", page(model, "change", row.pk)):
            response = admin_client.get(url)
            assert response.status_code == 200, url
