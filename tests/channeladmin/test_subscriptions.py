"""Subscriptions open VIP chapters while they are in force."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from channeladmin.models import Subscription, VipInvitation
from channeladmin.services import subscriptions
from tests.core.back_office import add_address, page_of
from tests.factories.channeladmin import SubscriptionFactory
from yabot.core import clock
from yabot.core.ports import memberships
from yabot.core.ports.memberships import Invitation, InvitationAsked, MembershipsAsked

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_subscription_in_force_is_a_membership(django_assert_num_queries) -> None:
    now = clock.now()
    SubscriptionFactory(user_id=1, ends_at=None)
    SubscriptionFactory(user_id=2, starts_at=now - 2 * DAY, ends_at=now - DAY)
    SubscriptionFactory(user_id=3, starts_at=now + DAY)
    SubscriptionFactory(user_id=4, ends_at=now + DAY, plan="oro")
    with django_assert_num_queries(1):
        found = memberships.memberships.know(MembershipsAsked((1, 2, 3, 4, 5))).by_user
    assert {user: one.plan for user, one in found.items()} == {1: "vip", 4: "oro"}
    assert found[4].ends_at == now + DAY


def test_of_several_the_one_that_lasts_longest_counts() -> None:
    now = clock.now()
    for days in (3, None, 5):
        SubscriptionFactory(user_id=1, ends_at=now + days * DAY if days else None)
    SubscriptionFactory(user_id=2, ends_at=now + DAY)
    SubscriptionFactory(user_id=2, ends_at=now + 3 * DAY)
    found = subscriptions.in_force([1, 2])
    assert (found[1].ends_at, found[2].ends_at) == (None, now + 3 * DAY)


def test_it_ends_after_it_begins() -> None:
    now = clock.now()
    with pytest.raises(ValidationError, match="antes de empezar"):
        Subscription(user_id=1, starts_at=now, ends_at=now - DAY).full_clean()


# --- how somebody becomes VIP -----------------------------------------------------------------------------------------
def test_nobody_is_invited_until_somebody_says_where() -> None:
    assert memberships.invitation.know(InvitationAsked()) == Invitation()


def test_an_editor_says_once_where_one_becomes_vip(admin_client) -> None:
    given = {"url": "https://t.me/diana?start=vip", "words_es": "Entrar", "words_en": "Come in"}
    assert admin_client.post(add_address(VipInvitation), given).status_code == 302
    assert memberships.invitation.know(InvitationAsked()) == Invitation(given["url"], "Entrar", "Come in")
    assert admin_client.get(add_address(VipInvitation)).status_code == 403


@pytest.mark.parametrize("url", ["http://diana.example/vip", "t.me/diana", "javascript:alert(1)", "https://", "hola"])
def test_a_link_that_no_button_opens_is_refused(admin_client, url: str) -> None:
    row = VipInvitation.objects.create(url="https://diana.example/vip")
    response = admin_client.post(page_of(row), {"url": url, "words_es": "Entrar", "words_en": "Come in"})
    assert "Debe ser un enlace que empiece por https://." in response.content.decode()
    assert VipInvitation.objects.get().url == "https://diana.example/vip"
