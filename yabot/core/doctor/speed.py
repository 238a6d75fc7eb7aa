"""Redis: reached, and set up as a broker."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from yabot.core import broker
from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well

OLDEST = 6


def examine() -> list[Diagnosis]:
    """Nothing to say where there is none: everything works in one process without it."""
    if not broker.is_used():
        return [well("redis", _("No se usa Redis: todo va en un proceso, y así está bien."))]
    trouble = broker.trouble()
    if trouble:
        cure = _("Arráncalo y comprueba REDIS_URL. Mientras tanto todo va más lento y nada se pierde.")
        return [broken("redis", _("Redis no responde: %s") % trouble, cure)]
    about = broker.about()
    return [*judge(about)] or [well("redis", _("Redis responde (versión %s).") % version(about))]


def version(about: Mapping[str, Any]) -> str:
    """The server's own version; Valkey also names the Redis it is like."""
    return str(about.get("valkey_version") or about.get("redis_version") or "?")


def judge(about: Mapping[str, Any]) -> Iterator[Diagnosis]:
    """What INFO says that a broker must not be like."""
    first = version(about).partition(".")[0]
    if first.isdigit() and int(first) < OLDEST:
        what = _("Redis %s es demasiado antiguo.") % version(about)
        yield warning("redis", what, _("Instala Redis %d o más nuevo, o Valkey.") % OLDEST)
    policy = str(about.get("maxmemory_policy", "noeviction"))
    if about.get("maxmemory") and policy != "noeviction":
        what = _("Redis borra lo que no le cabe (maxmemory-policy %s).") % policy
        yield warning("redis", what, _("Pon maxmemory-policy noeviction en su configuración."))
