"""A story as Twee 3. What Twine does not know goes along in one passage of data, and comes back with it."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from narrative.exchange.links import LINK, link_parts
from narrative.exchange.twine import Passage, TwineStory
from narrative.story.content import BACK, LABEL, Choice, Fragment, Story
from narrative.story.reading import StoryError, Words
from yabot.core.telegram import markup

DATA = "YabotData"
_UNFIT = set("[]{}|<>\\\n\r")
_RESERVED = {"StoryTitle", "StoryData", DATA, ""}


def write_twee(story: Story) -> str:
    """The story as one Twee 3 file, with positions and tags."""
    names = _names(story)
    data = {"format": "YABOT", "start": names.get(story.start, "")}
    if story.start not in names:
        del data["start"]
    head = {"ifid": str(uuid5(NAMESPACE_URL, f"yabot:{story.key}")).upper(), **data}
    parts = [f":: StoryTitle\n{_body(story.title.in_(story.language))}", f":: StoryData\n{json.dumps(head, indent=1)}"]
    bodies = {fragment.key: _passage(story, fragment, names) for fragment in story.fragments}
    for fragment in story.fragments:
        parts.append(f"{_header(fragment, names[fragment.key])}\n{bodies[fragment.key]}")
    kept = {
        "story": story.to_json(),
        "names": {name: key for key, name in names.items()},
        "bodies": {key: _hash(body) for key, body in bodies.items()},
    }
    parts.append(f":: {DATA} [yabot]\n{json.dumps(kept, ensure_ascii=True)}")
    return "\n\n".join(parts) + "\n"


def _names(story: Story) -> dict[str, str]:
    """What each fragment is called in Twine: its title where that can be a name, else its key."""
    titles = {fragment.key: fragment.title.in_(story.language).strip() for fragment in story.fragments}
    often = Counter(titles.values())
    keys = set(titles)
    return {
        key: title
        if often[title] == 1 and title not in _RESERVED | keys and not _UNFIT & set(title) and len(title) <= 200
        else key
        for key, title in titles.items()
    }


def _header(fragment: Fragment, name: str) -> str:
    tags = [tag.replace(" ", "-") for tag in fragment.tags]
    tags += [word for word, held in (("ending", fragment.ending), ("vip", fragment.vip)) if held and word not in tags]
    escaped = " ".join("".join(f"\\{one}" if one in "[]{}\\" else one for one in tag) for tag in tags)
    place = f' {{"position":"{fragment.position[0]},{fragment.position[1]}"}}' if fragment.position else ""
    return f":: {name}{f' [{escaped}]' if escaped else ''}{place}"


def _passage(story: Story, fragment: Fragment, names: Mapping[str, str]) -> str:
    links = [_link(story, choice, names) for choice in fragment.choices]
    return "\n\n".join(part for part in (_body(fragment.text.in_(story.language)), "\n".join(links)) if part)


def _link(story: Story, choice: Choice, names: Mapping[str, str]) -> str:
    label = "".join(" " if one in _UNFIT else one for one in choice.label.in_(story.language)).strip() or "…"
    target = names.get(choice.target, choice.target)
    return f"[[{label}->{target}]]" if target != BACK else f"[[{label}->{names.get(story.start, target)}]]"


def _body(text: str) -> str:
    """The text; a line that would begin a passage is kept from doing so."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"\u200b{line}" if line.startswith("::") else line for line in lines).strip()


def _hash(body: str) -> str:
    """Of a body as every tool gives it back: line ends and blanks around it do not count."""
    plain = "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").strip().split("\n"))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


# --- and back ---------------------------------------------------------------------------------------------------------
def restored(given: TwineStory, drafted: Story, data: str, keys: Mapping[str, str]) -> Story:
    """What an export kept beside the passages, put back: passages nobody touched are as they were, of the others the
    text, links, tags and places are new. Data that cannot be read is as if it were not there."""
    try:
        kept: Any = json.loads(data)
        story = Story.from_json(kept["story"])
        names, bodies = dict(kept["names"]), dict(kept["bodies"])
    except (ValueError, KeyError, TypeError, StoryError, RecursionError):
        return drafted
    ours = {name: names[name] for name in names if names[name] in story.by_key}
    theirs = {keys[name]: ours.get(name, keys[name]) for name in keys}
    named = {**ours, **{name: theirs[key] for name, key in keys.items()}}
    passages = {passage.name: passage for passage in given.passages}
    fragments, used = [], set[str]()
    for name, passage in passages.items():
        if name not in keys:
            continue
        old = story.by_key.get(ours.get(name, ""))
        new = drafted.by_key.get(keys[name])
        made = _merged(story, old, passage, bodies, named) if old else _pointing(new, theirs) if new else None
        if made and made.key not in used:
            used.add(made.key)
            fragments.append(made)
    order = {fragment.key: number for number, fragment in enumerate(story.fragments)}
    fragments.sort(key=lambda fragment: order.get(fragment.key, len(order)))
    start = theirs.get(drafted.start, drafted.start)
    begins = story.start if story.start in used and given.start not in passages else start
    return replace(story, key=story.key, fragments=tuple(fragments), start=begins if fragments else story.start)


def _pointing(fragment: Fragment, theirs: Mapping[str, str]) -> Fragment:
    """A passage that was added in Twine, its links leading to our keys."""
    choices = tuple(replace(choice, target=theirs.get(choice.target, choice.target)) for choice in fragment.choices)
    return replace(fragment, key=theirs.get(fragment.key, fragment.key), choices=choices)


def _merged(
    story: Story,
    old: Fragment,
    passage: Passage,
    bodies: Mapping[str, str],
    named: Mapping[str, str],
) -> Fragment:
    """A fragment of ours, with what was changed in Twine."""
    moved = replace(old, position=passage.position or old.position)
    if bodies.get(old.key) == _hash(passage.text):
        return moved
    language = story.language
    text = LINK.sub("", passage.text).replace("\u200b::", "::").strip()
    body = text if not markup.check(text, 10**6) else markup.escape(text)
    said = {**old.text.by_language, language: body}
    choices = tuple(
        _relinked(story, old, found[1], named, number) for number, found in enumerate(LINK.finditer(passage.text))
    )
    return replace(moved, text=Words({one: words for one, words in said.items() if words}), choices=choices)


def _relinked(story: Story, old: Fragment, inside: str, named: Mapping[str, str], number: int) -> Choice:
    """A link as the choice it was; a new one as a new choice."""
    label, name = link_parts(inside)
    target = named.get(name, name)
    same = [one for one in old.choices if one.label.in_(story.language).strip() == label]
    same = same or [one for one in old.choices if one.target == target]
    if same:
        was = same[0]
        return replace(
            was,
            label=Words({**was.label.by_language, story.language: label[:LABEL]}),
            target=BACK if was.target == BACK else target,
        )
    key = hashlib.sha256(f"{old.key}/{label}/{number}".encode()).hexdigest()[:10]
    return Choice(f"c-{key}", Words({story.language: label[:LABEL] or "…"}), target)
