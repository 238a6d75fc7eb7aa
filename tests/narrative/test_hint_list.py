import pytest

from narrative.services import hints
from tests.factories.gamification import WalletFactory
from tests.factories.narrative import HintFactory, HintUnlockFactory, besitos
from tests.narrative.telling import reader
from yabot.core import clock

pytestmark = pytest.mark.django_db


class TestPistas:
    """What a reader finds in /pistas."""

    def test_open_hints_have_their_text_and_locked_ones_what_is_missing(self):
        mine = HintFactory(title_es="La llave", body_es="Bajo el reloj.", order=1)
        HintFactory(title_es="La puerta", condition=besitos(15), order=2)
        ana = reader()
        WalletFactory(user_id=ana, balance=3)
        HintUnlockFactory(hint=mine, user_id=ana)

        key, door = hints.of_reader(ana, "es")

        assert (key.title, key.body, key.is_open, key.missing) == ("La llave", "Bajo el reloj.", True, "")
        assert (door.title, door.is_open, door.missing) == ("La puerta", False, "Te faltan 12 besitos.")

    def test_in_english_everything_is_english(self):
        HintFactory(title_en="The door", condition=besitos(15))

        (door,) = hints.of_reader(reader(), "en")

        assert (door.title, door.missing) == ("The door", "You need 15 more besitos.")

    def test_what_was_opened_once_stays_open_without_the_besitos(self):
        hint = HintFactory(condition=besitos(15))
        ana = reader()
        HintUnlockFactory(hint=hint, user_id=ana)

        (line,) = hints.of_reader(ana, "es")

        assert line.is_open

    def test_hints_without_condition_and_those_of_a_goal_are_open(self):
        HintFactory(condition={}, template=None)
        HintFactory(condition=besitos(10**6), opened_to_all_at=clock.now())

        assert [line.is_open for line in hints.of_reader(reader(), "es")] == [True, True]

    def test_a_condition_that_cannot_be_read_is_a_locked_hint(self):
        HintFactory(condition={"all": [{"is": "kisses"}]})

        (line,) = hints.of_reader(reader(), "es")

        assert (line.is_open, line.missing) == (False, "")

    @pytest.mark.parametrize("count", [1, 50])
    def test_any_number_of_hints_takes_three_reads_and_one_more_for_the_wallet(self, count, django_assert_num_queries):
        HintFactory.create_batch(count)
        ana = reader()

        with django_assert_num_queries(4):
            assert len(hints.of_reader(ana, "es")) == count
