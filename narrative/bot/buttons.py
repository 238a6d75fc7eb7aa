"""The story's buttons, and the short names they carry."""

import base64
import hashlib

from narrative.services import library
from yabot.core.telegram.callbacks import CallbackAction

STEP = CallbackAction("paso")
BEGIN = CallbackAction("cuento")
AGAIN = CallbackAction("otra-vez")
ASK_AGAIN = CallbackAction("de-nuevo")
HERE = CallbackAction("aqui")
PAY = CallbackAction("pagar")
KEEP = CallbackAction("dejar")
UNDO = CallbackAction("deshacer")
CHECKPOINT = CallbackAction("punto")
ENDINGS = CallbackAction("finales")
JUMP = CallbackAction("ir")
GO_ON = CallbackAction("seguir")
PITCH = CallbackAction("promesa")
STORIES = CallbackAction("historias")
VIP = CallbackAction("vip")

_keys: dict[str, str] = {}  # stories by their tokens; a token says the same for ever


def token(*keys: str) -> str:
    """A short name for keys that are too long for a button; looked up where the reader stands."""
    digest = hashlib.sha256("\x1f".join(keys).encode()).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()


def key_of(story: str) -> str:
    """The key of the story with this token; one that no story has when there is none.

    No statement for stories met before.
    """
    if story not in _keys:
        _keys.update({token(key): key for key in library.story_keys()})
    return _keys.get(story, "?")
