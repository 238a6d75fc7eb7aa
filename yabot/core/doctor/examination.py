"""Every examination, side by side: the doctor is as slow as the slowest of them."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connections
from django.utils.translation import gettext as _
from django.utils.translation import override

from yabot.core.doctor import configuration, databases, modules, running, speed, storage, telegram
from yabot.core.doctor.diagnosis import Diagnosis, Level, broken
from yabot.core.models import BotStatus, TelegramChat
from yabot.core.redaction import redact

Examination = Callable[[], list[Diagnosis]]
MOST_CHATS = 100


def examine(kinds: Sequence[str], language: str) -> list[Diagnosis]:
    """Look at everything, in ``language``. Without a database the rest is still looked at."""
    with override(language):
        database = databases.reach()
        is_there = database.level is Level.OK
        migrated = _guarded("migrations", databases.migrations, language) if is_there else []
        has_tables = is_there and all(diagnosis.level is Level.OK for diagnosis in migrated)
    parts: dict[str, Examination] = {"settings": configuration.examine, "disk": storage.examine, "redis": speed.examine}
    parts["modules"] = modules.examine
    if is_there:
        parts["engine"] = databases.engine
    if has_tables:
        parts |= {"running": running.examine, "connections": databases.connections}
        parts["keys"] = modules.keys_that_end
    parts["telegram"] = partial(_telegram, kinds, has_tables)
    with ThreadPoolExecutor(len(parts)) as pool:
        found = [pool.submit(_guarded, name, look, language) for name, look in parts.items()]
        return [database, *migrated, *(diagnosis for future in found for diagnosis in future.result())]


def _telegram(kinds: Sequence[str], has_tables: bool) -> list[Diagnosis]:
    chats: list[TelegramChat] = []
    if has_tables:
        inside = TelegramChat.objects.filter(migrated_to=None).exclude(bot_status=BotStatus.LEFT)
        chats = list(inside.exclude(type="private").order_by("pk")[:MOST_CHATS])
    return telegram.examine(chats, kinds)


def _guarded(name: str, look: Examination, language: str) -> list[Diagnosis]:
    """An examination that fails is a finding too, and stops no other."""
    try:
        with override(language):
            return look()
    except Exception as error:  # noqa: BLE001 - whatever it is, the others must be told all the same
        with override(language):
            what = _("No se pudo mirar: %s") % redact(f"{type(error).__name__}: {error}")
            return [broken(name, what, _("Avisa a quien lleva el sistema con esta línea."))]
    finally:
        _close_connections()


def _close_connections() -> None:
    """The threads' connections end with them; the caller's own stays."""
    if threading.current_thread() is not threading.main_thread():
        connections.close_all()
