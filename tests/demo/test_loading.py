"""The demo's story: complete, correct, and never forced on anybody."""

import io
import json
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from PIL import Image

from channeladmin.models import ChannelSettings, Subscription
from channeladmin.services.subscriptions import in_force
from gamification.models import ReactionReward
from narrative.models import CommunityGoal, Hint, LucienTemplate
from yabot.core.conditions import Condition
from yabot.core.models import OutgoingMessage
from yabot.core.telegram import markup
from yabot.core.telegram.limits import CAPTION
from yabot.demo import loading, login, story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Path:
    """A folder for pictures, in the sandbox's world."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SANDBOX_ENABLED = True
    return settings.MEDIA_ROOT


def test_everything_is_there_after_loading():
    loading.load()

    assert (Hint.objects.count(), LucienTemplate.objects.count()) == (12, 6)
    assert ChannelSettings.objects.get(chat_id=story.CHANNEL).heart_button
    assert CommunityGoal.objects.get().hint.key == story.GOAL_HINT
    assert list(in_force([1000, 1001])) == [story.VIP]


def test_loading_twice_changes_nothing():
    first = loading.load()
    before = list(Hint.objects.values()), list(LucienTemplate.objects.values()), list(OutgoingMessage.objects.values())

    assert first == 25
    assert loading.load() == 0
    assert before == (
        list(Hint.objects.values()),
        list(LucienTemplate.objects.values()),
        list(OutgoingMessage.objects.values()),
    )


def test_what_an_editor_changed_stays():
    loading.load()
    Hint.objects.filter(key="demo-la-vela").update(title_es="Mi título")
    LucienTemplate.objects.filter(key="demo-la-vela").update(text_es="Mi carta")

    loading.load()

    assert Hint.objects.get(key="demo-la-vela").title_es == "Mi título"
    assert LucienTemplate.objects.get(key="demo-la-vela").text_es == "Mi carta"


def test_every_letter_and_hint_is_what_an_editor_could_have_saved():
    loading.load()

    for row in (*LucienTemplate.objects.all(), *Hint.objects.all(), *CommunityGoal.objects.all()):
        row.full_clean()
    for reward in ReactionReward.objects.all():
        reward.full_clean()


def test_every_letter_speaks_both_languages_and_fits_below_its_picture():
    loading.load()

    for letter in LucienTemplate.objects.all():
        for language in ("es", "en"):
            measured = letter.phrase(language).measures()
            assert letter.text_en and letter.text_es
            assert all(units <= CAPTION for units, _ in measured)


def test_letters_use_what_templates_can_do():
    loading.load()
    used = {name for letter in LucienTemplate.objects.all() for name in letter.phrase("es").names}

    assert used == {"nombre", "besitos", "reacciones", "pista"}
    assert LucienTemplate.objects.filter(delay_seconds__gt=0).count() == 2


def test_hints_open_by_besitos_by_reactions_and_together():
    loading.load()
    needs = [Condition.parse(hint.condition).to_json()["all"][0] for hint in Hint.objects.filter(is_secret=False)]

    assert [row.get("at_least") for row in needs if row["is"] == "besitos"][:3] == [5, 15, 30]
    assert {"is": "reactions", "at_least": 3} in needs


def test_a_heart_pays_five_besitos_everywhere_and_without_a_daily_cap():
    loading.load()

    reward = ReactionReward.objects.get()

    assert (reward.chat_id, reward.emoji, reward.amount, reward.daily_cap) == (None, "❤", 5, None)


def test_the_goal_is_the_storys_outside_and_small_in_the_sandbox(settings):
    loading.load()
    in_sandbox = CommunityGoal.objects.get().target
    CommunityGoal.objects.all().delete()

    settings.SANDBOX_ENABLED = False
    loading.load()

    assert (in_sandbox, CommunityGoal.objects.get().target) == (3, 500)


def test_a_real_channel_gets_no_post_by_itself(settings):
    settings.SANDBOX_ENABLED = False

    loading.load()

    assert not OutgoingMessage.objects.exists()
    assert not ChannelSettings.objects.exists()
    assert not Subscription.objects.exists()


def test_the_first_post_has_a_picture_and_a_button():
    loading.load()

    post = OutgoingMessage.objects.get(key="heartpost:demo-1")

    assert (post.chat_id, post.method) == (story.CHANNEL, "sendPhoto")
    payload = json.loads(post.payload)
    assert payload["photo"] == "file:demo/house.jpg"
    assert payload["reply_markup"]["inline_keyboard"][0][0]["text"] == "❤️"
    assert markup.check(story.POST, CAPTION) == []


def test_every_picture_a_letter_names_is_there_and_small(media):
    loading.load()

    pictures = {letter.picture.name for letter in LucienTemplate.objects.all() if letter.picture}
    for name in pictures | {story.POST_PICTURE}:
        assert (media / name).stat().st_size < 150_000
        with Image.open(media / name) as picture:
            assert picture.size == (960, 540)


def test_a_picture_somebody_replaced_stays(media):
    loading.load()
    (media / "demo" / "key.jpg").write_bytes(b"mine")

    loading.load()

    assert (media / "demo" / "key.jpg").read_bytes() == b"mine"


def test_an_installation_with_a_story_of_its_own_gets_no_other():
    ReactionReward.objects.create(emoji="🔥", amount=1)
    said = io.StringIO()

    call_command("loaddemo", "--only-when-empty", stdout=said)

    assert "nothing was changed" in said.getvalue()
    assert not Hint.objects.exists()


def test_the_command_says_what_it_did(tmp_path):
    said = io.StringIO()

    call_command("loaddemo", "--only-when-empty", "--login", tmp_path / "login.txt", stdout=said)

    assert "25 rows were missing" in said.getvalue()
    assert get_user_model().objects.get(username="admin").check_password((tmp_path / "login.txt").read_text().strip())


def test_the_login_keeps_its_password_while_its_file_is_there(tmp_path):
    file = tmp_path / "login.txt"

    first, second = login.provide(file), login.provide(file)

    assert first == second
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_lost_password_is_replaced(tmp_path):
    file = tmp_path / "login.txt"
    first = login.provide(file)
    file.unlink()

    second = login.provide(file)

    user = get_user_model().objects.get(username="admin")
    assert second != first
    assert user.check_password(second) and user.is_superuser and user.is_staff
