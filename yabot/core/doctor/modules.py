"""Modules that run in other processes: each is asked a question about nobody. And the keys that are used for it."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from yabot.core import clock
from yabot.core.doctor.diagnosis import Diagnosis, broken, warning, well
from yabot.core.models import ModuleKey
from yabot.core.neighbours import circuits
from yabot.core.ports import Operation, PortUnavailable, Question
from yabot.core.ports.remote import KeyNotTaken, look

SOON = timedelta(days=7)


def examine() -> list[Diagnosis]:
    """Every module that has an address, and every circuit that is open."""
    return [*(_asked(module, url) for module, url in settings.MODULE_URLS.items() if url), *_open_circuits()]


def _asked(module: str, url: str) -> Diagnosis:
    question = next(
        (one for one in Operation.known.values() if one.module == module and isinstance(one, Question)), None
    )
    if question is None:
        what = _("%s_URL está puesta y nadie le pregunta nada.") % module.upper()
        return warning(module, what, _("Quítala de .env."))
    try:
        look(question, question.asked(()), url)
    except KeyNotTaken:
        what = _("%(module)s, en %(url)s, no acepta nuestra llave.") % {"module": module, "url": url}
        cure = _("Haz una con «manage.py modulekey create procesos %s:ports» y ponla en YABOT_MODULE_KEY.") % module
        return broken(module, what, cure)
    except PortUnavailable as error:
        what = _("%(module)s no responde: %(why)s.") % {"module": module, "why": error.why}
        return broken(
            module, what, _("Comprueba que su proceso está en marcha y que %s_URL lleva a él.") % module.upper()
        )
    return well(module, _("%(module)s responde en %(url)s.") % {"module": module, "url": url})


def _open_circuits() -> Iterator[Diagnosis]:
    for name, is_open in circuits():
        if is_open:
            what = _("A %s no se le pregunta por ahora: falló varias veces seguidas.") % name
            yield warning(
                "circuits", what, _("Se prueba otra vez solo cada medio minuto; el registro dice por qué falla.")
            )


def keys_that_end() -> list[Diagnosis]:
    """Keys somebody uses that end soon, and have no successor."""
    now = clock.now()
    used = ModuleKey.objects.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=now + SOON)
    found = []
    for key in used.exclude(last_used_at=None):
        if not ModuleKey.objects.filter(line=key.owner, pk__gt=key.pk, revoked_at=None).exists():
            what = _("La llave «%s» caduca dentro de una semana y se usa.") % key.name
            found.append(warning("keys", what, _("Cámbiala por una nueva: manage.py modulekey rotate %s") % key.prefix))
    return found
