"""Twine's links: ``[[a]]``, ``[[label->a]]``, ``[[a<-label]]``, ``[[label|a]]``, and a setter that is never run."""

import re

from narrative.story.macros import MACRO

LINK = re.compile(r"\[\[([^\[\]]{1,1000})\](?:\[([^\[\]]{0,1000})\])?\]")
AROUND = 200  # letters on each side that say whether a link is part of a sentence
_SIGNS = re.compile(r"[\s\[\](){}<>|*_'/•·–—-]+")
_FINISHED = (".", "!", "?", "…", ":", ";", '"', "»", "”")


def link_parts(inside: str) -> tuple[str, str]:
    """Label and target of what is between the brackets."""
    if "->" in inside:
        label, _sign, target = inside.rpartition("->")
    elif "<-" in inside:
        target, _sign, label = inside.partition("<-")
    elif "|" in inside:
        label, _sign, target = inside.rpartition("|")
    else:
        label = target = inside
    return label.strip(), target.strip()


def is_in_sentence(before: str, after: str) -> bool:
    """Whether the words of a link between these are words of a sentence: something goes on after it in its line, or the
    line has begun something that is not finished."""
    begun = _words(before[-AROUND:].rpartition("\n")[2])
    return bool(_words(after[:AROUND].partition("\n")[0]) or (begun and not begun.endswith(_FINISHED)))


def _words(line: str) -> str:
    return _SIGNS.sub(" ", MACRO.sub("", LINK.sub("", line))).strip()
