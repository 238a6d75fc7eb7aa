import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from narrative.admin.hints import as_numbers, from_numbers
from narrative.models import CommunityGoal, Hint, HintUnlock
from tests.core.back_office import add_address, list_of, page_of
from tests.engine import sql_only
from tests.factories.core import TelegramChatFactory
from tests.factories.narrative import (
    CommunityGoalFactory,
    HintFactory,
    HintUnlockFactory,
    LucienTemplateFactory,
    besitos,
    reactions,
)
from tests.narrative.telling import reader
from yabot.core import clock
from yabot.core.conditions import Condition

pytestmark = pytest.mark.django_db

MORE = {"all": [{"any": [{"is": "besitos", "below": 4}, {"is": "reactions", "at_least": 3}]}]}


def html(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("factory", [HintUnlockFactory, LucienTemplateFactory, CommunityGoalFactory])
def test_a_list_takes_as_many_statements_for_many_rows(admin_client, factory):
    address = list_of(factory._meta.model)
    factory()
    admin_client.get(address)
    with CaptureQueriesContext(connection) as few:
        admin_client.get(address)
    factory.create_batch(9)

    with CaptureQueriesContext(connection) as many:
        assert admin_client.get(address).status_code == 200

    assert len(many) == len(few)


class TestHints:
    """The form and the list of hints."""

    FORM = {"key": "llave", "title_es": "La llave", "body_es": "Bajo el reloj.", "order": "1", "is_active": "on"}

    def save(self, client, hint=None, **changes):
        return client.post(page_of(hint) if hint else add_address(Hint), {**self.FORM, **changes})

    def test_two_numbers_are_a_condition(self, admin_client):
        assert self.save(admin_client, besitos_at_least="15", reactions_at_least="3").status_code == 302

        assert Hint.objects.get().condition == {"all": [*besitos(15)["all"], *reactions(3)["all"]]}

    @pytest.mark.parametrize("nothing", ["", "0"])
    def test_without_numbers_the_hint_is_open_from_the_start(self, admin_client, nothing):
        self.save(admin_client, besitos_at_least=nothing)

        assert Hint.objects.get().condition == {}

    def test_the_numbers_are_shown_again_and_can_be_changed(self, admin_client):
        hint = HintFactory(condition=besitos(15))
        assert 'value="15"' in html(admin_client.get(page_of(hint)))

        self.save(admin_client, hint, besitos_at_least="", reactions_at_least="4")

        assert Hint.objects.get().condition == reactions(4)

    def test_a_condition_that_says_more_is_shown_in_words_and_kept(self, admin_client):
        hint = HintFactory(condition=MORE)
        text = html(admin_client.get(page_of(hint)))

        assert self.save(admin_client, hint, besitos_at_least="99").status_code == 302

        assert "&lt; 4 besitos o ≥ 3 reacciones" in text
        assert "besitos_at_least" not in text
        hint.refresh_from_db()
        assert (hint.condition, hint.title_es) == (MORE, "La llave")

    def test_a_condition_that_cannot_be_read_is_explained_and_kept(self, admin_client):
        hint = HintFactory(condition={"all": [{"is": "kisses"}]})

        text = html(self.save(admin_client, hint))

        assert "Fila 1: no existe la prueba «kisses»" in text
        assert "no se entiende" in html(admin_client.get(list_of(Hint)))
        hint.refresh_from_db()
        assert hint.condition == {"all": [{"is": "kisses"}]}

    @pytest.mark.parametrize("wrong", [{"besitos_at_least": "-1"}, {"besitos_at_least": "x"}, {"body_es": "<b>"}])
    def test_a_mistake_is_shown_and_nothing_is_saved(self, admin_client, wrong):
        assert self.save(admin_client, **wrong).status_code == 200

        assert not Hint.objects.exists()

    def test_the_key_of_a_hint_that_is_there_stays(self, admin_client):
        hint = HintFactory(key="vieja")

        self.save(admin_client, hint, key="nueva")

        assert Hint.objects.get().key == "vieja"

    def test_the_list_says_what_each_asks_for_and_how_many_opened_it(self, admin_client):
        hint = HintFactory(condition=besitos(15))
        HintFactory(condition={})
        HintUnlockFactory.create_batch(3, hint=hint)

        response = admin_client.get(list_of(Hint))

        text = html(response)
        assert "≥ 15 besitos" in text
        assert "nada: abierta desde el principio" in text
        assert text.count('<td class="field-opened') == 2 or ">3<" in text

    @sql_only
    def test_each_hint_of_the_list_costs_one_bounded_count(self, admin_client):
        HintUnlockFactory.create_batch(3, hint=HintFactory())
        admin_client.get(list_of(Hint))
        with CaptureQueriesContext(connection) as few:
            admin_client.get(list_of(Hint))
        HintFactory.create_batch(9)

        with CaptureQueriesContext(connection) as many:
            admin_client.get(list_of(Hint))

        counts = [query["sql"] for query in many if "COUNT" in query["sql"] and "narrative_hintunlock" in query["sql"]]
        assert len(many) == len(few) + 9
        assert len(counts) == 10
        assert all("LIMIT 1001" in sql for sql in counts)

    def test_beyond_a_thousand_nobody_counts(self, admin_client, monkeypatch):
        monkeypatch.setattr("narrative.admin.hints.MOST_COUNTED", 2)
        HintUnlockFactory.create_batch(3, hint=HintFactory())

        assert "más de 2" in html(admin_client.get(list_of(Hint)))

    @pytest.mark.parametrize(
        "condition",
        [
            MORE,
            {"all": [{"is": "besitos", "below": 4}]},
            {"all": [{"is": "besitos", "at_least": 4, "not": True}]},
            {"all": [{"is": "besitos", "at_least": 4}, {"is": "besitos", "at_least": 5}]},
            {"all": [{"is": "besitos", "at_least": 0}]},
        ],
    )
    def test_what_two_numbers_cannot_say_is_not_said_with_them(self, condition):
        assert as_numbers(Condition.parse(condition)) is None

    @pytest.mark.parametrize(
        "condition", [{}, besitos(3), reactions(9), {"all": [*besitos(3)["all"], *reactions(9)["all"]]}]
    )
    def test_what_they_can_say_survives_the_form(self, condition):
        said = as_numbers(Condition.parse(condition))

        assert said is not None
        assert from_numbers(said).to_json() == condition


def test_who_found_out_what_is_looked_at_and_never_edited(admin_client):
    row = HintUnlockFactory(hint__title_es="La llave", user_id=reader(first_name="Ana"))

    text = html(admin_client.get(list_of(HintUnlock)))

    assert "Ana" in text
    assert "La llave" in text
    assert str(row.correlation_id) in html(admin_client.get(page_of(row)))
    assert admin_client.post(page_of(row), {"user_id": 1}).status_code == 403
    assert str(row) == f"{row.hint_id} → {row.user_id}"


class TestGoals:
    """The form and the list of goals."""

    def save(self, client, **changes):
        hint = HintFactory()
        form = {"name": "La puerta", "hint": str(hint.pk), "emoji": "❤", "target": "500", "chat_id": "", **changes}
        return client.post(add_address(CommunityGoal), form)

    def test_a_goal_is_for_all_channels_or_one_chosen_by_name(self, admin_client):
        channel = TelegramChatFactory(title="Susurros")
        TelegramChatFactory(title="Charla", type="group")
        form = html(admin_client.get(add_address(CommunityGoal)))

        self.save(admin_client)
        self.save(admin_client, chat_id=str(channel.pk))

        assert "Susurros" in form
        assert "Charla" not in form
        assert [goal.chat_id for goal in CommunityGoal.objects.order_by("id")] == [None, channel.pk]

    def test_the_list_says_how_far_each_is(self, admin_client):
        channel = TelegramChatFactory(title="Susurros")
        CommunityGoalFactory(total=312, target=500, chat_id=channel.pk)
        CommunityGoalFactory(total=9, target=9, reached_at=clock.now())
        CommunityGoalFactory(is_active=False, chat_id=-404)

        text = html(admin_client.get(list_of(CommunityGoal)))

        for words in ("312 de 500", "en marcha", "alcanzada", "parada", "Susurros", "todos", "-404"):
            assert words in text

    def test_a_channel_that_is_no_longer_known_is_kept(self, admin_client):
        goal = CommunityGoalFactory(chat_id=-404, name="La puerta")

        assert "-404" in html(admin_client.get(page_of(goal)))
        assert str(goal) == "La puerta"
