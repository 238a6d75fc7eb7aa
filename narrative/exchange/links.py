"""Twine's links: ``[[a]]``, ``[[label->a]]``, ``[[a<-label]]``, ``[[label|a]]``, and a setter that is never run."""

import re

LINK = re.compile(r"\[\[([^\[\]]{1,1000})\](?:\[([^\[\]]{0,1000})\])?\]")


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
