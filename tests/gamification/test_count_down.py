"""Taking from what there is, in one statement: never more than there is, on every engine."""

import pytest

from gamification.models import Account
from gamification.services import wallets
from tests.engine import sql_only
from tests.factories.gamification import WalletFactory
from yabot.core import rows

pytestmark = pytest.mark.django_db
MINE = {"kind": "user", "user_id": 7}


def take(by: int, **where: object) -> tuple[object, ...] | None:
    return rows.count_down(Account, MINE | where, column="balance", by=by, returning=("id", "balance"))


def test_what_is_there_is_taken_and_what_is_left_is_said():
    wallet, other = WalletFactory(user_id=7, balance=20), WalletFactory(user_id=8, balance=20)

    assert take(15) == (wallet.pk, 5)
    assert take(5) == (wallet.pk, 0)
    assert (wallets.balance_of(7), wallets.balance_of(8)) == (0, other.balance)


def test_more_than_there_is_is_not_taken():
    WalletFactory(user_id=7, balance=20)

    assert take(21) is None
    assert take(1, user_id=9) is None
    assert take(1, user_id=[]) is None
    assert wallets.balance_of(7) == 20


@sql_only
def test_it_is_one_statement(django_assert_num_queries):
    WalletFactory(user_id=7, balance=20)

    with django_assert_num_queries(1):
        take(5)
