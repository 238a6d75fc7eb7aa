"""The web process's own pages."""

import pytest
from django.urls import reverse


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("es", "La trastienda"), ("en", "The back office")])
def test_the_start_page_speaks_the_browsers_language(client, language, words):
    page = client.get("/", headers={"accept-language": language}).content.decode()

    assert f'<html lang="{language}">' in page
    assert words in page


def test_the_start_page_leads_to_the_chat_only_where_the_sandbox_is(client, settings):
    without = client.get("/").content.decode()
    settings.SANDBOX_ENABLED, settings.SANDBOX_URL = True, "http://127.0.0.1:9/sandbox/"
    with_it = client.get("/").content.decode()

    assert reverse("sandbox") not in without
    assert reverse("sandbox") in with_it


def test_the_start_page_runs_nothing_from_elsewhere(client):
    answer = client.get("/")

    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert " style=" not in answer.content.decode()
    assert "<script" not in answer.content.decode()


def test_the_sandbox_is_a_way_to_its_own_process(client, settings):
    settings.SANDBOX_ENABLED, settings.SANDBOX_URL = True, "http://127.0.0.1:9/sandbox/"

    answer = client.get("/sandbox/")

    assert (answer.status_code, answer["Location"]) == (302, "http://127.0.0.1:9/sandbox/")


def test_there_is_no_sandbox_where_it_is_not_enabled(client, settings):
    settings.SANDBOX_ENABLED, settings.SANDBOX_URL = False, "http://127.0.0.1:9/sandbox/"

    assert client.get("/sandbox/").status_code == 404


@pytest.mark.parametrize("address", ["/", "/sandbox/"])
def test_pages_are_only_read(client, address):
    assert client.post(address).status_code == 405


def test_the_icon_is_found_where_browsers_look_for_it(client):
    answer = client.get("/favicon.ico")

    assert answer.status_code == 302
    assert answer["Location"].endswith("yabot/icon.svg")


def test_a_living_process_says_so_without_the_database(client):
    assert client.get("/health/live").status_code == 200


@pytest.mark.django_db
def test_a_new_installation_is_ready(client):
    assert client.get("/health/ready").status_code == 200


def test_the_admin_asks_who_is_there(client):
    answer = client.get("/admin/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")
