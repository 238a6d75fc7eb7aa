"""Browsers are told to run nothing that is not ours."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from yabot.core.middleware import ContentSecurityPolicy

HEADER = "Content-Security-Policy"


def policy(request: HttpRequest, response: HttpResponse | None = None) -> dict[str, str]:
    answer = ContentSecurityPolicy(lambda _: response or HttpResponse())(request)
    return dict(part.split(" ", 1) for part in answer[HEADER].split("; "))


def test_nothing_foreign_runs_and_nobody_frames_us(rf: RequestFactory) -> None:
    told = policy(rf.get("/"))

    assert (told["default-src"], told["object-src"], told["frame-ancestors"]) == ("'self'", "'none'", "'none'")
    assert "script-src" not in told
    assert "style-src" not in told


def test_the_themed_admin_may_evaluate_but_not_run_inline_scripts(rf: RequestFactory, settings) -> None:  # type: ignore[no-untyped-def]
    settings.UNFOLD_INSTALLED = True

    told = policy(rf.get(reverse("admin:login")))

    assert told["script-src"] == "'self' 'unsafe-eval'"


def test_djangos_own_admin_needs_no_exception(rf: RequestFactory, settings) -> None:  # type: ignore[no-untyped-def]
    settings.UNFOLD_INSTALLED = False

    assert "script-src" not in policy(rf.get(reverse("admin:login")))


def test_a_view_keeps_its_own_policy(rf: RequestFactory) -> None:
    assert policy(rf.get("/"), HttpResponse(headers={HEADER: "default-src 'none'"})) == {"default-src": "'none'"}


@pytest.mark.django_db
def test_the_policy_is_on_every_page(client: Client) -> None:
    assert HEADER in client.get(reverse("admin:login"))
