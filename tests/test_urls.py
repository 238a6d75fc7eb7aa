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


@pytest.fixture
def uploads(settings, tmp_path):
    """A picture and a page somebody uploaded."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "luna.png").write_bytes(b"\x89PNG")
    (settings.MEDIA_ROOT / "page.html").write_text("<script>alert(1)</script>")
    (tmp_path / "secret.txt").write_text("secret")


def test_staff_see_uploaded_pictures(admin_client, uploads):
    answer = admin_client.get("/media/luna.png")

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Content-Disposition" not in answer.headers or "attachment" not in answer["Content-Disposition"]


def test_an_uploaded_page_is_downloaded_and_not_run(admin_client, uploads):
    assert admin_client.get("/media/page.html")["Content-Disposition"] == "attachment"


def test_nobody_else_sees_uploads(client, uploads):
    assert client.get("/media/luna.png").status_code == 302


def test_nothing_beside_the_uploads_is_shown(admin_client, uploads, expected_errors):
    expected_errors.append("outside of the base path")

    assert admin_client.get("/media/../secret.txt").status_code == 400
    assert admin_client.get("/media/%2e%2e/secret.txt").status_code == 400
