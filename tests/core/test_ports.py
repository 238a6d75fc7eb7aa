"""Operations between modules of one process, and what a process does that runs only some of them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamification.services import wallets as service
from tests.core.hearing import MODULE
from tests.factories.gamification import WalletFactory
from yabot import bot, schedule
from yabot.core import delivery, modules
from yabot.core.bot import errors
from yabot.core.conditions import Condition, Facts
from yabot.core.errors import ModuleAway
from yabot.core.models import Lease
from yabot.core.ports import PortUnavailable, Refused, inventories, wallets
from yabot.core.ports.inventories import ItemsAsked
from yabot.core.ports.wallets import BalancesAsked, SpendOrdered, SpendReason
from yabot.core.worker import Worker


def order(reference: str, amount: int = 3) -> SpendOrdered:
    return SpendOrdered(user_id=42, amount=amount, reason=SpendReason.FRAGMENT, reference=reference)


@pytest.mark.django_db
def test_a_question_is_answered_in_this_process():
    WalletFactory(user_id=42, balance=7)

    answer = wallets.balances.ask(BalancesAsked((42, 43)))

    assert (answer.value.by_user, answer.stale) == ({42: 7}, False)


@pytest.mark.django_db
def test_an_order_is_done_once_per_reference():
    WalletFactory(user_id=42, balance=7)

    first, again = wallets.spend.give(order("choice:1")), wallets.spend.give(order("choice:1"))

    assert first == again
    assert service.balance_of(42) == 4


@pytest.mark.django_db
def test_a_refusal_has_its_code_and_sentences_and_not_the_other_modules_class():
    WalletFactory(user_id=42, balance=1)

    with pytest.raises(Refused) as refused:
        wallets.spend.give(order("choice:1"))

    assert refused.value.code == "GAM001"
    assert refused.value.sentence("es") == "Te faltan 2 besitos."
    assert refused.value.sentence("en") == "You are 2 besitos short."


def test_what_nobody_provides_yet_is_declared_and_away():
    with pytest.raises(PortUnavailable) as away:
        inventories.items.ask(ItemsAsked((42,)))

    assert not inventories.items.is_provided
    assert str(away.value) == f"{inventories.items.full_name}: nobody provides it in this process"


class TestAProcessOfSomeModules:
    """``YABOT_MODULES=narrative``."""

    @pytest.fixture(autouse=True)
    def only_the_story(self, settings):
        settings.MODULES = ["narrative"]

    def test_it_delivers_to_its_own_modules_and_to_what_is_none(self):
        assert modules.runs("narrative")
        assert modules.runs("yabot")
        assert not modules.runs("gamification")
        assert "gamification" in delivery.modules()
        assert "gamification" not in delivery.modules_here()
        assert "narrative" in delivery.modules_here()

    @pytest.mark.django_db
    def test_its_workers_share_shards_among_themselves_only(self, settings):
        story, story_too = Worker("here:1:a"), Worker("here:1:b")
        settings.MODULES = list(settings.ALL_MODULES)
        everything = Worker("here:1:c")
        for worker in (story, everything, story_too):
            worker.work([MODULE])
        for worker in (story, everything, story_too):
            worker._renew_at = 0
            worker.work([MODULE])

        assert (len(story.shards), len(everything.shards)) == (8, 16)
        assert Lease.objects.filter(name__startswith="worker:").count() == 3

    def test_commands_of_other_modules_say_that_they_are_away(self):
        assert bot.here(bot.wallet.on_balance) is errors.on_module_away
        assert bot.here(bot.hints.on_hints) is bot.hints.on_hints

    async def test_and_the_sentence_has_a_code_to_report(self):
        with pytest.raises(ModuleAway) as away:
            await errors.on_module_away(None, None)  # type: ignore[arg-type]

        assert away.value.sentence("es").endswith("Código SVC002.")
        assert away.value.sentence("en").endswith("Code SVC002.")


@pytest.mark.parametrize(
    ("here", "scope"),
    [(["narrative"], "na"), (["narrative", "gamification"], "ga.na"), ([], "none")],
)
def test_sets_of_modules_have_short_names(settings, here, scope):
    settings.MODULES = here

    assert modules.scope() == scope


def test_all_modules_have_no_name_of_their_own():
    assert modules.scope() == ""


def test_each_job_belongs_to_a_module_or_to_the_foundation():
    owners = {job.name: job.module for job in schedule.EVERY_JOB}

    assert owners["prove_ledger"] == owners["release_holds"] == "gamification"
    assert owners["look_again_at_hints"] == "narrative"
    assert owners["forget_old_updates"] == "yabot"


TESTS = st.one_of(
    st.builds(lambda n, no: {"is": "besitos", "at_least": n, "not": no}, st.integers(0, 3), st.booleans()),
    st.builds(lambda n, no: {"is": "reactions", "at_least": n, "not": no}, st.integers(0, 3), st.booleans()),
)
CONDITIONS = st.tuples(st.lists(TESTS, max_size=4), st.lists(TESTS, max_size=4))


@given(CONDITIONS, st.integers(0, 3), st.sampled_from([frozenset({"besitos"}), frozenset({"besitos", "reactions"})]))
def test_a_condition_is_decided_without_a_fact_only_where_every_value_of_it_agrees(rows, reactions, unknown):
    tests, either = rows
    condition = Condition.parse({"all": [*tests, *([{"any": either}] if either else [])]} if tests or either else {})

    verdict = condition.judge(Facts(0, reactions, unknown))

    possible = {condition.check(facts) for facts in _worlds(reactions, unknown)}
    if verdict is not None:
        assert possible == {verdict}
    assert condition.check(Facts(0, reactions, unknown)) is (verdict is True)


def _worlds(reactions: int, unknown: frozenset[str]) -> Sequence[Facts]:
    counts = range(5) if "reactions" in unknown else [reactions]
    return [Facts(besitos, count) for besitos in range(5) for count in counts]
