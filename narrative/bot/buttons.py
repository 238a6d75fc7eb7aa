"""The story's buttons, and the short names they carry."""

import base64
import hashlib

from yabot.core.telegram.callbacks import CallbackAction

STEP = CallbackAction("paso")
BEGIN = CallbackAction("cuento")
AGAIN = CallbackAction("otra-vez")
HERE = CallbackAction("aqui")
UNDO = CallbackAction("deshacer")
CHECKPOINT = CallbackAction("punto")
STORIES = CallbackAction("historias")
VIP = CallbackAction("vip")


def token(*keys: str) -> str:
    """A short name for keys that are too long for a button; looked up where the reader stands."""
    digest = hashlib.sha256("\x1f".join(keys).encode()).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()
