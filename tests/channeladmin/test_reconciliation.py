"""The number on the button, against the hearts."""

import pytest

from channeladmin.models import HeartPost
from tests.core.reconciling import audit, found, reconcile
from tests.factories.core import DeliveryFactory, ReactionFactory
from yabot.core.models import FindingState, OutgoingMessage, ReactionSource

pytestmark = pytest.mark.django_db
CHECK = "channeladmin.hearts"


def post(count: int, hearts: int) -> HeartPost:
    row = HeartPost.objects.create(chat_id=-1001, message_id=7, count=count)
    for _ in range(hearts):
        ReactionFactory(chat_id=-1001, message_id=7, source=ReactionSource.BUTTON)
    return row


@pytest.mark.parametrize("shown", [1, 9])
def test_a_wrong_number_is_counted_again_and_shown(shown):
    row = post(shown, hearts=3)

    assert reconcile(CHECK).repaired == 1

    row.refresh_from_db()
    assert row.count == 3
    assert "❤️ 3" in OutgoingMessage.objects.get().payload
    assert audit(FindingState.REPAIRED) == [("hearts_miscounted", str(row.pk))]
    assert found(reconcile(CHECK)) == []


def test_the_right_number_is_left_alone():
    post(3, hearts=3)
    ReactionFactory(chat_id=-1001, message_id=7, source=ReactionSource.NATIVE)

    assert found(reconcile(CHECK)) == []


def test_while_presses_wait_to_be_counted_nothing_is_judged():
    post(0, hearts=3)
    DeliveryFactory(module="channeladmin")

    assert found(reconcile(CHECK)) == []
