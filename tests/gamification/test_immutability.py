import pytest
from django.db import IntegrityError

from gamification.errors import LedgerIsImmutable
from gamification.models import Account, Entry, Hold, ReactionReward, Transfer
from gamification.services import wallets
from tests.factories.gamification import WalletFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[Transfer, Entry])
def written(request):
    WalletFactory(user_id=1)
    return request.param.objects.first()


def test_what_is_written_is_not_saved_again(written):
    written.amount = 1000

    with pytest.raises(LedgerIsImmutable):
        written.save()

    written.refresh_from_db()
    assert abs(written.amount) == 10


def test_a_new_row_does_not_replace_one_that_is_written(written):
    values = {field.attname: getattr(written, field.attname) for field in written._meta.concrete_fields}

    with pytest.raises(IntegrityError):
        type(written)(**{**values, "amount": 1000}).save()


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.delete(),
        lambda row: type(row).objects.all().delete(),
        lambda row: type(row).objects.update(amount=1),
        lambda row: type(row).objects.bulk_update([row], ["amount"]),
    ],
)
def test_what_is_written_is_neither_changed_nor_deleted(written, change):
    with pytest.raises(LedgerIsImmutable):
        change(written)

    assert type(written).objects.filter(pk=written.pk, amount=written.amount).exists()


def test_rows_of_the_ledger_say_what_they_are():
    wallet = WalletFactory(user_id=1)
    held = wallets.hold(user_id=1, amount=4, reason="auction", reference="bid:1")

    assert str(wallet) == "monedero 1"
    assert str(Account.objects.get(kind="mint")) == "emisión"
    assert str(Transfer.objects.get(reference="bid:1")) == "bid:1: 4"
    assert str(Entry.objects.filter(account=wallet).first()) == "-4"
    assert str(Hold.objects.get(pk=held.pk)) == "bid:1: 4"
    assert str(ReactionReward(emoji="🔥", amount=3)) == "🔥 = 3"
