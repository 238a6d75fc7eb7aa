"""Every periodic job, in one table; a process runs those of the modules it runs."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from channeladmin.services import subscriptions as memberships
from gamification.services import proof, wallets
from narrative.services import due_letters, hints, releases, silences
from yabot.core import folding, leases, modules, readings, reconciliation, retention, ticker
from yabot.core.ticker import Job
from yabot.core.webhooks import courier, subscriptions

EVERY_JOB = (
    Job("prove_ledger", timedelta(hours=24), proof.prove_and_tell),
    Job("reconcile", timedelta(minutes=5), reconciliation.run_due),
    Job("release_holds", timedelta(minutes=1), wallets.release_due),
    Job("look_again_at_hints", timedelta(seconds=30), hints.look_again_due),
    Job("write_letters", timedelta(seconds=15), due_letters.deliver_due),
    Job("note_silences", timedelta(minutes=10), silences.note_due),
    Job("announce_vips", timedelta(seconds=15), memberships.announce_due),
    Job("publish_stories", timedelta(seconds=15), releases.publish_due),
    Job("call_webhooks", timedelta(minutes=1), courier.send_due),
    Job("catch_up_webhooks", timedelta(minutes=1), subscriptions.catch_up),
    Job("forget_old_updates", timedelta(hours=1), retention.forget_old_updates),
    Job("forget_old_calls", timedelta(hours=1), retention.forget_old_calls),
    Job("forget_old_answers", timedelta(hours=1), retention.forget_old_answers),
    Job("note_queues", timedelta(minutes=1), readings.note_queues),
    Job("tidy_measurements", timedelta(hours=1), folding.tidy),
    Job("forget_old_runs", timedelta(hours=24), ticker.forget_old_runs),
    Job("forget_old_leases", timedelta(hours=24), leases.forget_old),
)
JOBS = tuple(job for job in EVERY_JOB if modules.runs(job.module))


def job(name: str) -> Job | None:
    """The job with this name that this process may run."""
    return next((job for job in JOBS if job.name == name), None)


# What each of them does, for people: the status page says it.
TITLES = {
    "prove_ledger": _("Comprobar que las cuentas de besitos cuadran"),
    "reconcile": _("Comparar los datos que deben coincidir"),
    "release_holds": _("Devolver los besitos reservados que vencen"),
    "look_again_at_hints": _("Mirar otra vez qué pistas se abren"),
    "write_letters": _("Escribir las cartas cuya hora ha llegado"),
    "note_silences": _("Mirar quién lleva días sin seguir su historia"),
    "announce_vips": _("Anunciar a quien empieza a ser VIP"),
    "publish_stories": _("Publicar historias a su hora y llevar a sus lectores"),
    "call_webhooks": _("Avisar a los programas suscritos"),
    "catch_up_webhooks": _("Recuperar los avisos atrasados"),
    "forget_old_updates": _("Borrar lo que Telegram envió hace mucho"),
    "forget_old_calls": _("Borrar los avisos antiguos"),
    "forget_old_answers": _("Borrar las respuestas repetibles de la API"),
    "note_queues": _("Anotar cuánto espera"),
    "tidy_measurements": _("Resumir las medidas"),
    "forget_old_runs": _("Borrar el historial de estas tareas"),
    "forget_old_leases": _("Olvidar los turnos de procesos que ya no existen"),
}
