""" "Send it to me": the page somebody looks at, on their own Telegram; the first time they are told how to link it."""

import re
from typing import Any

from django.http import HttpRequest

from narrative.models import Story
from narrative.services import trials
from narrative.story.page import Page
from yabot.core import staff
from yabot.core.ids import uuid7

SEND = "enviarmela"  # the button; its value is a new one with each page, so that pressed twice it sends once
_TURN = re.compile(r"[0-9a-zA-Z-]{1,60}")


def turn() -> str:
    """The value of the button."""
    return str(uuid7())


def send(request: HttpRequest, story: Story, shown: Page) -> dict[str, Any]:
    """Send the page when its button was pressed: who got it, or the code that links whoever pressed it."""
    wanted = request.POST.get(SEND, "")
    if not _TURN.fullmatch(wanted):
        return {}
    reader = trials.send(request.user, story, shown, turn=wanted)
    if reader is not None:
        return {"sent_to": reader.display_name}
    minutes = int(staff.VALID_FOR.total_seconds() // 60)
    return {"link_with": f"/start {staff.PREFIX}{staff.new_code(request.user)}", "minutes": minutes}
