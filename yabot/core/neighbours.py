"""What this process needs of others: Redis, and modules that run elsewhere."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from yabot.core import broker
from yabot.core.breaker import Breaker, State
from yabot.core.health import Finding
from yabot.core.ports import Operation


def findings() -> Iterator[Finding]:
    """Each where there is one. Without them the system works on, slower or with old answers, and nothing is lost."""
    if broker.is_used():
        yield _redis(broker.trouble())
    if any(settings.MODULE_URLS.values()):
        yield _modules([name for name, is_open in circuits() if is_open])


def circuits() -> list[tuple[str, bool]]:
    """Every operation that is asked of another process, and whether nobody may ask it now."""
    remote = sorted(name for name, one in Operation.known.items() if settings.MODULE_URLS.get(one.module))
    return [(name, Breaker(name).state() is not State.CLOSED) for name in remote]


def _redis(trouble: str) -> Finding:
    detail = _("Responde.")
    if trouble:
        detail = _("Redis no responde (%(why)s). Todo va más lento y nada se pierde; comprueba que está en marcha.") % {
            "why": trouble
        }
    return Finding("redis", not trouble, detail, vital=False, title="Redis")


def _modules(away: list[str]) -> Finding:
    detail = _("Responden.")
    if away:
        detail = _("No responden: %s. Se enseña lo último que se supo; comprueba que sus procesos están en marcha.")
        detail %= ", ".join(away)
    return Finding("modules", not away, detail, vital=False, title=_("Módulos en otros procesos"))
