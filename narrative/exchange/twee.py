"""A story as Twee 3. What Twine does not know goes along in one passage of data, and comes back with it."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from uuid import NAMESPACE_URL, uuid5

from narrative.exchange.tags import written
from narrative.exchange.twine import DATA
from narrative.story.content import BACK, Choice, Fragment, Story

_UNFIT = set("[]{}|<>\\\n\r")
_RESERVED = {"StoryTitle", "StoryData", DATA, ""}


def write_twee(story: Story) -> str:
    """The story as one Twee 3 file, with positions and tags."""
    names = names_of(story)
    data = {"format": "YABOT", "start": names.get(story.start, "")}
    if story.start not in names:
        del data["start"]
    head = {"ifid": str(uuid5(NAMESPACE_URL, f"yabot:{story.key}")).upper(), **data}
    parts = [f":: StoryTitle\n{title_of(story)}", f":: StoryData\n{json.dumps(head, indent=1)}"]
    bodies = {fragment.key: body(story, fragment, names) for fragment in story.fragments}
    for fragment in story.fragments:
        parts.append(f"{_header(fragment, names[fragment.key])}\n{bodies[fragment.key]}")
    kept = {
        "story": story.to_json(),
        "names": {name: key for key, name in names.items()},
        "bodies": {key: fingerprint(text) for key, text in bodies.items()},
    }
    parts.append(f":: {DATA} [yabot]\n{json.dumps(kept, ensure_ascii=True)}")
    return "\n\n".join(parts) + "\n"


def title_of(story: Story) -> str:
    """What the story is called in Twine."""
    return _body(story.title.in_(story.language))


def names_of(story: Story) -> dict[str, str]:
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
    escaped = " ".join("".join(f"\\{one}" if one in "[]{}\\" else one for one in tag) for tag in written(fragment))
    place = f' {{"position":"{fragment.position[0]},{fragment.position[1]}"}}' if fragment.position else ""
    return f":: {name}{f' [{escaped}]' if escaped else ''}{place}"


def body(story: Story, fragment: Fragment, names: Mapping[str, str]) -> str:
    """The text of a passage: the fragment's, and its choices as links."""
    links = [_link(story, choice, names) for choice in fragment.choices]
    return "\n\n".join(part for part in (_body(fragment.text.in_(story.language)), "\n".join(links)) if part)


def _link(story: Story, choice: Choice, names: Mapping[str, str]) -> str:
    label = label_of(story, choice)
    target = names.get(choice.target, choice.target)
    return f"[[{label}->{target}]]" if target != BACK else f"[[{label}->{names.get(story.start, target)}]]"


def label_of(story: Story, choice: Choice) -> str:
    """A choice's label as a link has it."""
    return "".join(" " if one in _UNFIT else one for one in choice.label.in_(story.language)).strip() or "…"


def _body(text: str) -> str:
    """The text; a line that would begin a passage is kept from doing so."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"\u200b{line}" if line.startswith("::") else line for line in lines).strip()


def fingerprint(text: str) -> str:
    """Of a body as every tool gives it back: line ends and blanks around it do not count."""
    plain = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]
