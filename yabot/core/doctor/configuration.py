"""Settings: each valid, and no dangerous company."""

import stat
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.utils.translation import gettext as _

from yabot.core.addresses import is_loopback
from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well

REAL_TELEGRAM = "api.telegram.org"
SHORTEST_SECRET = 32
SEND_RATE_ALLOWED = 30


def examine() -> list[Diagnosis]:
    """Every setting."""
    found = [*system_checks(), *hosts(), *secrets(), *speed(), *readable_by_others()]
    return found or [well("settings", _("Los ajustes son válidos y no se estorban."))]


def system_checks() -> Iterator[Diagnosis]:
    """What ``manage.py check`` says; with ``--deploy`` where strangers can reach this installation.

    Without the checks of the database, which may be away and has an examination of its own.
    """
    deploy = bool(public_hosts()) and not settings.DEBUG
    tags = sorted(checks.registry.registry.tags_available(deploy) - {checks.Tags.database})
    for message in checks.run_checks(tags=tags, include_deployment_checks=deploy):
        make = broken if message.is_serious() else warning
        yield make(message.id or "check", str(message.msg), str(message.hint or _("Mira .env.example.")))


def public_hosts() -> list[str]:
    """The names under which this installation is reached from elsewhere."""
    return [host for host in settings.ALLOWED_HOSTS if not is_loopback(host.strip("[]"))]


def hosts() -> Iterator[Diagnosis]:
    """DEBUG, HTTPS and wildcards where strangers come by."""
    public = public_hosts()
    if settings.DEBUG and public:
        what = _("DEBUG=1 con una dirección pública (%s): los errores enseñan los ajustes a cualquiera.") % public[0]
        yield broken("DEBUG", what, _("Pon DEBUG=0 en .env y vuelve a arrancar."))
    if "*" in public:
        what = _("ALLOWED_HOSTS=* acepta cualquier nombre.")
        yield warning("ALLOWED_HOSTS", what, _("Escribe los nombres de verdad, separados por comas."))
    if public and not settings.HTTPS:
        what = _("Hay una dirección pública y HTTPS=0: las contraseñas viajan a la vista.")
        yield warning("HTTPS", what, _("Pon un proxy con HTTPS delante y HTTPS=1 en .env."))


def secrets() -> Iterator[Diagnosis]:
    """Long enough to be secrets."""
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        what = _("SECRET_KEY es demasiado corta para ser un secreto.")
        yield broken("SECRET_KEY", what, _("Déjala vacía y se hará una buena, o escribe 50 caracteres al azar."))
    if not settings.TELEGRAM_TOKEN:
        what = _("No hay TELEGRAM_TOKEN: el bot no puede arrancar.")
        yield broken("TELEGRAM_TOKEN", what, _("Pide uno a @BotFather y escríbelo en .env, o prueba «make demo»."))


def speed() -> Iterator[Diagnosis]:
    """The limits Telegram really has."""
    if REAL_TELEGRAM not in settings.TELEGRAM_API_URL:
        return
    if settings.SEND_RATE == 0:
        what = _("SEND_RATE=0 quita todo límite, y este es el Telegram de verdad: bloqueará al bot.")
        yield broken("SEND_RATE", what, _("Pon SEND_RATE=30."))
    elif settings.SEND_RATE > SEND_RATE_ALLOWED:
        what = _("SEND_RATE=%g es más de lo que Telegram permite sin pagar.") % settings.SEND_RATE
        yield warning("SEND_RATE", what, _("Pon SEND_RATE=30, salvo que pagues por difundir más deprisa."))


def readable_by_others(file: Path | None = None) -> Iterator[Diagnosis]:
    """The settings file holds the token: nobody else of this machine may read it."""
    path = file or settings.BASE_DIR / ".env"
    if path.exists() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        what = _("Otros usuarios de esta máquina pueden leer %s, donde está el token.") % path.name
        yield warning(".env", what, _("Ejecuta: chmod 600 %s") % path.name)
