"""The team's roles: each may what its name says, and nothing else."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from narrative.models import Fragment
from narrative.models import Story as StoryRow
from narrative.services import drafts, reviews
from tests.factories.narrative import HintFactory
from tests.narrative.stories import choice, ending, fragment, story
from yabot import roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups() -> None:
    """As the migration makes them; tests that empty the database took them away."""
    roles.make(apps)


def somebody(role: str) -> Client:
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


MATRIX = {
    # page: who may open it
    "map": {"Editor", "Publisher", "Admin", "Analyst"},
    "play": {"Editor", "Publisher", "Admin"},
    "review": {"Editor", "Publisher", "Admin", "Analyst"},
    "release": {"Editor", "Publisher", "Admin", "Analyst"},
}
LISTS = {
    "narrative_fragment": {"Editor", "Publisher", "Admin", "Analyst"},
    "narrative_release": {"Editor", "Publisher", "Admin", "Analyst"},
    "channeladmin_subscription": {"Moderator", "Admin", "Analyst"},
    "gamification_account": {"Admin", "Analyst"},
    "core_telegramuser": {"Moderator", "Admin", "Analyst"},
    "auth_user": {"Admin"},
}


@pytest.mark.parametrize("role", sorted(roles.ROLES))
def test_a_role_opens_its_pages_and_no_other(groups, role: str) -> None:
    row = drafts.store(story(fragment("sala", choice("fin")), ending("fin")))
    client = somebody(role)
    for name, may in MATRIX.items():
        status = client.get(reverse(f"admin:narrative_story_{name}", args=[row.pk])).status_code
        assert (status == 200) is (role in may), (role, name)
    for name, may in LISTS.items():
        status = client.get(reverse(f"admin:{name}_changelist")).status_code
        assert (status == 200) is (role in may), (role, name)


@pytest.mark.parametrize(
    ("role", "writes", "releases"), [("Editor", True, False), ("Publisher", True, True), ("Analyst", False, False)]
)
def test_who_writes_and_who_releases(groups, role: str, writes: bool, releases: bool) -> None:
    row = drafts.store(story(fragment("sala", choice("fin")), ending("fin")))
    client = somebody(role)
    moved = client.post(
        reverse("admin:narrative_story_map_move", args=[row.pk]), {"places": {}}, content_type="application/json"
    )
    assert (moved.status_code == 200) is writes
    released = client.post(reverse("admin:narrative_story_release", args=[row.pk]), {"reason": "x"})
    assert (released.status_code == 302) is releases


def links_of(client: Client, url: str) -> set[str]:
    """Where the links of a page lead within the back office, without their questions."""
    shown = client.get(url)
    assert shown.status_code == 200, url
    found = re.findall(r'href="(/admin/[^"#?]*)', shown.content.decode())
    return {link for link in found if "/jsi18n/" not in link and "/logout/" not in link}


def desk_of(row: StoryRow) -> list[str]:
    """The pages of a story's desk, and of what readers do with it."""
    part = Fragment.objects.get(story=row, key="sala")
    names = ("map", "play", "review", "translate", "release", "exchange", "change")
    pages = [reverse(f"admin:narrative_story_{name}", args=[row.pk]) for name in names]
    pages += [reverse(f"admin:narrative_fragment_{name}", args=[part.pk]) for name in ("change", "past")]
    lists = ("story", "fragment", "hint", "lucientemplate", "lucienrule", "release")
    return [reverse("admin:index"), *pages, *(reverse(f"admin:narrative_{name}_changelist") for name in lists)]


@pytest.mark.parametrize("role", sorted(roles.ROLES))
def test_no_page_shows_a_door_that_stays_closed(groups, role: str) -> None:
    row = drafts.store(story(fragment("sala", choice("fin"), choice("nada")), ending("fin")))
    HintFactory()
    client = somebody(role)
    pages = [url for url in desk_of(row) if client.get(url).status_code == 200]
    doors = {link: url for url in pages for link in links_of(client, url)}
    closed = {link: url for link, url in doors.items() if client.get(link).status_code == 403}
    assert closed == {}


def test_whoever_only_looks_finds_nothing_to_press(groups) -> None:
    row = drafts.store(story(fragment("sala", choice("fin")), ending("fin")))
    reviews.ask(row.pk, by="ana")
    client = somebody("Analyst")
    for url in desk_of(row)[1:]:
        shown = client.get(url)
        if shown.status_code == 200 and "desk" in shown.content.decode():
            live = re.sub(r"<fieldset[^>]* disabled>.*?</aside>", "", shown.content.decode(), flags=re.DOTALL)
            assert "yabot-button-primary" not in live and 'name="withdraw"' not in live, url


@pytest.mark.parametrize("role", ["Editor", "Publisher", "Admin", "Analyst"])
def test_every_page_of_the_story_is_for_whoever_works_on_stories(groups, role: str) -> None:
    client = somebody(role)
    for model in admin.site._registry:
        if model._meta.app_label == "narrative":
            url = reverse(f"admin:narrative_{model._meta.model_name}_changelist")
            assert client.get(url).status_code == 200, (role, url)


def test_roles_learn_of_later_rights_and_nothing_else(groups) -> None:
    editor, analyst = Group.objects.get(name="Editor"), Group.objects.get(name="Analyst")
    for role in (editor, analyst):
        role.permissions.clear()
    roles.extend(apps, roles.rights_of(["lucienrule"]))
    assert set(editor.permissions.values_list("codename", flat=True)) == {
        "view_lucienrule",
        "add_lucienrule",
        "change_lucienrule",
    }
    assert set(analyst.permissions.values_list("codename", flat=True)) == {"view_lucienrule"}


def test_a_role_that_was_changed_stays_as_it_is(groups) -> None:
    Group.objects.get(name="Editor").permissions.clear()
    roles.make(apps)
    assert Group.objects.get(name="Editor").permissions.count() == 0
    assert Group.objects.count() == len(roles.ROLES)


def test_rights_are_those_of_the_groups_and_a_persons_own(groups) -> None:
    somebody("Editor")
    person = User.objects.get()
    own = Permission.objects.get(codename="view_hold")
    person.user_permissions.add(own)

    everything = set(Group.objects.get(name="Editor").permissions.values_list("codename", flat=True)) | {own.codename}
    assert {right.partition(".")[2] for right in User.objects.get().get_all_permissions()} == everything
