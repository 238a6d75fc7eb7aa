"""Subscriptions open VIP chapters while they are in force."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from channeladmin.models import Subscription
from channeladmin.services import subscriptions
from tests.factories.channeladmin import SubscriptionFactory
from yabot.core import clock
from yabot.core.ports import memberships
from yabot.core.ports.memberships import MembershipsAsked

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
