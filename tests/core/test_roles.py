"""The team's roles: each may what its name says, and nothing else."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from narrative.services import drafts
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


def test_a_role_that_was_changed_stays_as_it_is(groups) -> None:
    Group.objects.get(name="Editor").permissions.clear()
    roles.make(apps)
    assert Group.objects.get(name="Editor").permissions.count() == 0
    assert Group.objects.count() == len(roles.ROLES)
