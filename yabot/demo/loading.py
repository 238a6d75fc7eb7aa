"""Writes the demo's story. Adds what is missing, and never touches what somebody has changed."""

import json
import shutil
from pathlib import Path

from django.conf import settings

from channeladmin.models import ChannelSettings, Subscription
from channeladmin.services import hearts
from gamification.models import ReactionReward
from narrative.models import CommunityGoal, Hint, HintCombination, LucienTemplate
from narrative.models import Story as Draft
from narrative.services import drafts, library, pictures
from narrative.story.content import Story
from yabot.core.telegram import markup
from yabot.core.transactions import atomic
from yabot.demo import secrets, story

PICTURES = Path(__file__).resolve().parent / "pictures"
TALE = Path(__file__).resolve().parent / "content" / "story.json"


def is_empty() -> bool:
    """Whether nobody has written anything here."""
    return not any(model.objects.exists() for model in (Hint, LucienTemplate, ReactionReward))


def load() -> int:
    """Put the pictures in their place and write the story; how many rows were missing."""
    copy_pictures(settings.MEDIA_ROOT)
    return write()


def copy_pictures(media: Path) -> None:
    """The story's pictures, below MEDIA_ROOT. One that is there already stays."""
    target = Path(media) / "demo"
    target.mkdir(parents=True, exist_ok=True)
    for picture in sorted(PICTURES.glob("*.jpg")):
        if not (target / picture.name).exists():
            shutil.copyfile(picture, target / picture.name)


@atomic
def write() -> int:
    """Rewards, letters, hints and the goal; in the sandbox's world also its channel and a first post."""
    added = [_reward(), *_letters(), *_hints(), _goal(), *_secrets(), *_combinations(), _tale()]
    if settings.SANDBOX_ENABLED:
        added += [_channel(), _vip()]
    return sum(added)


def _reward() -> bool:
    emoji = story.REWARD["emoji"]
    return ReactionReward.objects.get_or_create(chat_id=None, emoji=emoji, defaults=story.REWARD)[1]


def _letters() -> list[bool]:
    letters = (*story.LETTERS, secrets.FAREWELL)
    return [LucienTemplate.objects.get_or_create(key=row["key"], defaults=row)[1] for row in letters]


def _hints() -> list[bool]:
    letters = {letter.key: letter for letter in LucienTemplate.objects.filter(key__startswith="demo-")}
    return [
        Hint.objects.get_or_create(key=row["key"], defaults={**row, "template": letters[row["key"]], "order": order})[1]
        for order, row in enumerate(story.HINTS, start=1)
    ]


def _goal() -> bool:
    target = story.GOAL_IN_SANDBOX if settings.SANDBOX_ENABLED else story.GOAL
    hint = Hint.objects.get(key=story.GOAL_HINT)
    return CommunityGoal.objects.get_or_create(name=story.GOAL_NAME, defaults={"target": target, "hint": hint})[1]


def _secrets() -> list[bool]:
    rows = [{**row, "is_secret": True, "order": order} for order, row in enumerate(secrets.SECRETS, start=20)]
    return [Hint.objects.get_or_create(key=row["key"], defaults=row)[1] for row in rows]


def _combinations() -> list[bool]:
    by_key = {hint.key: hint for hint in Hint.objects.filter(key__startswith="demo-")}
    made = []
    for one, other, result in secrets.COMBINATIONS:
        first, second = sorted((by_key[one], by_key[other]), key=lambda hint: hint.pk)
        made.append(HintCombination.objects.get_or_create(first=first, second=second, result=by_key[result])[1])
    return made


def tale() -> Story:
    """The demo's story as it is written."""
    return Story.from_json(json.loads(TALE.read_text(encoding="utf-8")))


def _tale() -> bool:
    """The story, as a draft that can be edited and as its first release; one that is there stays as it is."""
    told = tale()
    if Draft.objects.filter(key=told.key).exists():
        return False
    draft = drafts.store(told)
    for picture in sorted(PICTURES.glob("*.jpg")):
        pictures.put(draft, picture.name, picture.read_bytes())
    library.release(told, note="La historia de ejemplo.")
    return True


def _vip() -> bool:
    """Somebody for whom the starred door opens."""
    given = {"note": "De la historia de ejemplo."}
    return Subscription.objects.get_or_create(user_id=story.VIP, plan="vip", defaults=given)[1]


def _channel() -> bool:
    """The button under every post of the channel, and a post to begin with."""
    hearts.post(chat_id=story.CHANNEL, text=markup.parse(story.POST), key=story.POST_KEY, photo=story.POST_PICTURE)
    return ChannelSettings.objects.get_or_create(chat_id=story.CHANNEL, defaults={"heart_button": True})[1]
