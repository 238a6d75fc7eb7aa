"""What is shown instead of a page: in the house's look, in the browser's language, with a code to report."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path

from yabot import urls
from yabot.core import error_pages


def lose_the_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("could not connect to server: password=secreto")


def break_down(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def refuse(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import PermissionDenied

    raise PermissionDenied


urlpatterns = [
    *urls.urlpatterns,
    path("away", lose_the_database),
    path("broken", break_down),
    path("refused", refuse),
    path("api/v1/away", lose_the_database),
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture
def browser(settings: Any) -> Client:
    """A browser that is shown error pages, as outside of tests."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nowhere", 404, "Esta puerta no lleva a ninguna parte"),
        ("/refused", 403, "Esta puerta está cerrada"),
        ("/broken", 500, "Algo se rompió aquí"),
        ("/away", 503, "Servicio no disponible"),
    ],
)
@pytest.mark.parametrize("expected_errors", [["Internal Server Error", "Service Unavailable"]])
def test_each_trouble_has_its_page(browser, address, status, words):
    answer = browser.get(address, headers={"accept-language": "es"})
    page = answer.content.decode()

    assert answer.status_code == status
    assert f"<h1>{words}</h1>" in page
    assert '<html lang="es">' in page
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "<script" not in page
    assert " style=" not in page


@pytest.mark.parametrize("expected_errors", [["Service Unavailable"]])
def test_without_the_database_the_page_tries_again_by_itself_and_has_a_code(browser):
    answer = browser.get("/away")
    page = answer.content.decode()

    assert "<strong>SVC001</strong>" in page
    assert '<meta http-equiv="refresh" content="10">' in page
    assert answer["Retry-After"] == "10"
    assert "secreto" not in page


@pytest.mark.parametrize("expected_errors", [["Service Unavailable"]])
def test_a_form_is_not_sent_again_by_itself(settings, browser):
    browser.handler.enforce_csrf_checks = False

    assert "http-equiv" not in browser.post("/away").content.decode()


@pytest.mark.parametrize("expected_errors", [["Service Unavailable"]])
def test_a_program_gets_the_same_as_json(browser):
    answer = browser.get("/api/v1/away")

    assert answer.status_code == 503
    assert answer.json()["code"] == "SVC001"
    assert answer.json()["fields"] == {}
    assert browser.get("/api/v1/nowhere").json()["code"] == "REQ004"


@pytest.mark.parametrize("expected_errors", [["Service Unavailable"]])
def test_the_database_page_is_shown_with_debug_too(browser, settings):
    settings.DEBUG = True

    assert "SVC001" in browser.get("/away").content.decode()


@pytest.mark.parametrize("expected_errors", [["Internal Server Error"]])
def test_a_broken_page_has_the_end_of_its_chain_as_code(browser):
    answer = browser.get("/broken", headers={"x-correlation-id": "0190a5d2-0000-7000-8000-000000abcdef"})

    assert "<strong>ABCDEF</strong>" in answer.content.decode()


def test_what_breaks_outside_a_view_for_want_of_the_database_is_503_too(rf: RequestFactory):
    try:
        raise OperationalError("away")
    except OperationalError:
        answer = error_pages.server_error(rf.get("/"))

    assert answer.status_code == 503


def test_a_form_of_an_old_page_says_that_the_session_is_over(browser):
    answer = browser.post("/admin/login/", {"username": "ana"}, headers={"accept-language": "es"})
    page = answer.content.decode()

    assert answer.status_code == 403
    assert "<h1>Sesión expirada, por favor reinicia</h1>" in page
    assert "<strong>SES001</strong>" in page
    assert 'href="/admin/"' in page


@pytest.mark.django_db
def test_whoever_lost_their_session_reads_why_they_log_in_again(client):
    client.force_login(User.objects.create_superuser("ana"))
    client.session.flush()

    sent_on = client.get("/admin/", headers={"accept-language": "es"})
    assert sent_on.cookies["sessionid"].value == ""  # the browser forgets it
    del client.cookies["sessionid"]
    told = client.get(sent_on["Location"]).content.decode()
    stranger = Client().get("/admin/", follow=True).content.decode()

    assert told.count("Sesión expirada, por favor reinicia. Código SES001.") == 1
    assert "Sesión expirada" not in stranger


def test_a_request_that_cannot_be_understood(rf: RequestFactory):
    answer = error_pages.bad_request(rf.get("/"), ValueError())

    assert answer.status_code == 400
    assert "No se entendió" in answer.content.decode()
