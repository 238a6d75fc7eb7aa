"""Asking a module in another process: real HTTP, with everything that goes wrong there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.core.cache import cache

from tests.core import remote_module
from tests.core.remote_module import RemoteModule, hang_up, rubbish, saying, silence, trickle
from yabot.core import breaker, correlation
from yabot.core.breaker import FAILURES, SECONDS, Breaker, State
from yabot.core.correlation import Trace
from yabot.core.ids import uuid7
from yabot.core.models import Lease
from yabot.core.ports import PortUnavailable, Refused, remote, wallets
from yabot.core.ports.wallets import Balances, BalancesAsked, SpendOrdered, SpendReason, Spent
from yabot.core.transactions import atomic

ANA, LUIS = 42, 43
TRANSFER = UUID("0190a5d2-0000-7000-8000-000000000001")
START = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No circuit, no answer and no connection is known, and pauses take no time."""
    breaker.circuits.cache_clear()
    cache.clear()
    monkeypatch.setattr(remote, "FIRST_PAUSE", 0)
    yield
    remote.close()
    breaker.circuits.cache_clear()


@pytest.fixture
def economy(settings) -> Iterator[RemoteModule]:
    """The economy, in another process."""
    with remote_module.running() as server:
        settings.MODULE_URLS = {"gamification": server.url}
        settings.MODULE_KEY = "yab_key"
        settings.PORT_SECONDS = 30
        yield server


def balances(*users: int):
    return wallets.balances.ask(BalancesAsked(users))


def order(reference: str = "choice:1") -> Spent:
    return wallets.spend.give(SpendOrdered(user_id=ANA, amount=3, reason=SpendReason.FRAGMENT, reference=reference))


def test_a_question_goes_to_the_modules_address_with_key_and_chain(economy):
    economy.replies = [saying({"by_user": {"42": 7}})]
    chain = Trace(uuid7())

    with correlation.following(chain):
        answer = balances(ANA, LUIS)

    assert (answer.value, answer.stale) == (Balances({ANA: 7}), False)
    ((path, headers, body),) = economy.asked
    assert path == "/api/v1/gamification/ports/balances"
    assert body == {"user_ids": [ANA, LUIS]}
    assert headers["Authorization"] == "Bearer yab_key"
    assert headers["X-Correlation-Id" if "X-Correlation-Id" in headers else "X-Correlation-ID"] == str(
        chain.correlation_id
    )


def test_connections_are_kept(economy):
    for _ in range(5):
        balances(ANA)

    assert len(economy.asked) == 5
    assert economy.connections == 1


@pytest.mark.parametrize("trouble", [saying({}, 500), saying({}, 503), saying({}, 429), rubbish, hang_up, silence])
def test_what_may_pass_is_tried_again(economy, trouble, settings):
    settings.PORT_SECONDS = 8 if trouble is silence else 30
    economy.replies = [trouble, saying({"by_user": {"42": 7}})]

    assert balances(ANA).value.by_user == {ANA: 7}
    assert len(economy.asked) == 2
    assert Breaker("gamification:balances").state() is State.CLOSED


@pytest.mark.parametrize("trouble", [saying({}, 500), rubbish, hang_up, saying({"by_user": {"42": "7"}}), saying([])])
def test_after_three_attempts_nobody_knows(economy, trouble):
    economy.replies = [trouble]

    with pytest.raises(PortUnavailable) as away:
        balances(ANA)

    assert len(economy.asked) == 3
    assert away.value.code == "SVC002"
    assert away.value.sentence("es").startswith("Servicio no disponible")


@pytest.mark.parametrize(("status", "passes"), [(500, False), (503, True), (429, True)])
def test_a_module_that_breaks_on_a_question_is_told_from_one_that_is_away(economy, status, passes):
    economy.replies = [saying({}, status)]

    with pytest.raises(PortUnavailable) as away:
        balances(ANA)

    assert away.value.passes is passes


@pytest.mark.parametrize("slow", [silence, trickle])
def test_a_slow_module_is_given_up_in_time(economy, slow, settings):
    settings.PORT_SECONDS = 1
    economy.replies = [slow]

    with pytest.raises(PortUnavailable):
        balances(ANA)

    assert 1 <= len(economy.asked) <= 3


@pytest.mark.parametrize(
    ("status", "words"), [(401, "check YABOT_MODULE_KEY"), (403, "check YABOT_MODULE_KEY"), (404, "same version")]
)
def test_a_wrong_key_or_version_is_named_in_the_log_and_not_tried_again(economy, caplog, status, words):
    economy.replies = [saying({"code": "AUTH002"}, status)]

    with pytest.raises(PortUnavailable):
        balances(ANA)

    assert len(economy.asked) == 1
    assert words in caplog.text
    assert "yab_key" not in caplog.text


def test_nobody_at_the_address_is_away_too(settings):
    settings.MODULE_URLS = {"gamification": "http://127.0.0.1:9"}

    with pytest.raises(PortUnavailable, match="no answer"):
        balances(ANA)


def test_the_last_good_answer_is_given_while_it_is_away_and_says_so(economy):
    economy.replies = [saying({"by_user": {"42": 7}}), saying({}, 500)]
    with time_machine.travel(START, tick=False) as time:
        balances(ANA, LUIS)
        time.shift(timedelta(minutes=3))

        ana, luis = balances(ANA), balances(LUIS)

    assert (ana.value.by_user, ana.stale, ana.asked_at) == ({ANA: 7}, True, START)
    assert (luis.value.by_user, luis.stale) == ({}, True)
    with pytest.raises(PortUnavailable):
        balances(ANA, 44)


def test_an_old_answer_is_nothing_to_decide_by(economy):
    economy.replies = [saying({"by_user": {"42": 7}}), saying({}, 500)]

    assert wallets.balances.know(BalancesAsked((ANA,))).by_user == {ANA: 7}
    with pytest.raises(PortUnavailable, match="only an old answer"):
        wallets.balances.know(BalancesAsked((ANA,)))


def test_rubbish_in_the_cache_is_no_answer(economy, monkeypatch):
    economy.replies = [saying({"by_user": {"42": 7}}), saying({}, 500)]
    balances(ANA)
    monkeypatch.setattr(cache, "get_many", lambda keys: dict.fromkeys(keys, "(dp0"))

    with pytest.raises(PortUnavailable):
        balances(ANA)


def test_a_cache_that_is_away_costs_only_the_old_answers(economy, monkeypatch):
    def broken(*_: object) -> None:
        raise ConnectionError("no cache")

    monkeypatch.setattr(cache, "set_many", broken)
    monkeypatch.setattr(cache, "get_many", broken)
    economy.replies = [saying({"by_user": {"42": 7}}), saying({}, 500)]

    assert balances(ANA).value.by_user == {ANA: 7}
    with pytest.raises(PortUnavailable):
        balances(ANA)


def test_an_open_circuit_makes_no_connection_and_a_trial_closes_it(economy):
    economy.replies = [saying({"by_user": {"42": 7}})]
    with time_machine.travel(START, tick=False) as time:
        balances(ANA)
        economy.replies = [saying({}, 500)]
        for _ in range(4):
            assert balances(ANA).stale
        assert len(economy.asked) == 1 + FAILURES

        economy.replies = [saying({"by_user": {"42": 8}})]
        assert balances(ANA).stale
        assert len(economy.asked) == 1 + FAILURES
        time.shift(SECONDS)
        answer = balances(ANA)

    assert (answer.value.by_user, answer.stale) == ({ANA: 8}, False)
    assert Breaker("gamification:balances").state() is State.CLOSED


def test_an_order_is_repeated_with_its_reference_until_it_is_answered(economy):
    economy.replies = [hang_up, saying({"transfer_id": str(TRANSFER), "amount": 3})]

    assert order() == Spent(TRANSFER, 3)
    assert [body["reference"] for _, _, body in economy.asked] == ["choice:1", "choice:1"]


def test_an_order_is_never_answered_from_the_cache(economy):
    economy.replies = [saying({"transfer_id": str(TRANSFER), "amount": 3}), saying({}, 500)]
    order()

    with pytest.raises(PortUnavailable):
        order()


def test_a_refusal_of_the_other_module_arrives_with_its_code_and_sentences(economy):
    fields = {"es": "Te faltan 2 besitos.", "en": "You are 2 besitos short."}
    lists = {language: [sentence] for language, sentence in fields.items()}
    economy.replies = [saying({"code": "GAM001", "detail": fields["es"], "fields": lists}, 409)]

    with pytest.raises(Refused) as refused:
        order()

    assert len(economy.asked) == 1
    assert refused.value.code == "GAM001"
    assert (refused.value.sentence("es"), refused.value.sentence("en")) == (fields["es"], fields["en"])
    assert Breaker("gamification:spend").state() is State.CLOSED


def test_a_refusal_that_cannot_be_read_is_no_answer(economy):
    economy.replies = [saying({"detail": "no"}, 409)]

    with pytest.raises(PortUnavailable, match="cannot be read"):
        order()
    assert len(economy.asked) == 1


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_the_question_is_asked_between_two_runs(economy):
    economy.replies = [saying({"by_user": {"42": 7}})]
    runs = []

    @atomic
    def write() -> int:
        runs.append(1)
        Lease.objects.create(name=f"run {len(runs)}")
        return balances(ANA).value.by_user[ANA]

    assert write() == 7
    assert len(economy.asked) == 1
    assert list(Lease.objects.values_list("name", flat=True)) == ["run 2"]
