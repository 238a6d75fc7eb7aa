"""Every periodic job, in one table; a process runs those of the modules it runs."""

from datetime import timedelta

from gamification.services import proof, wallets
from narrative.services import hints
from yabot.core import folding, modules, readings, reconciliation, retention, ticker
from yabot.core.ticker import Job
from yabot.core.webhooks import courier, subscriptions

EVERY_JOB = (
    Job("prove_ledger", timedelta(hours=24), proof.prove_and_tell),
    Job("reconcile", timedelta(minutes=5), reconciliation.run_due),
    Job("release_holds", timedelta(minutes=1), wallets.release_due),
    Job("look_again_at_hints", timedelta(seconds=30), hints.look_again_due),
    Job("call_webhooks", timedelta(minutes=1), courier.send_due),
    Job("catch_up_webhooks", timedelta(minutes=1), subscriptions.catch_up),
    Job("forget_old_updates", timedelta(hours=1), retention.forget_old_updates),
    Job("forget_old_calls", timedelta(hours=1), retention.forget_old_calls),
    Job("note_queues", timedelta(minutes=1), readings.note_queues),
    Job("tidy_measurements", timedelta(hours=1), folding.tidy),
    Job("forget_old_runs", timedelta(hours=24), ticker.forget_old_runs),
)
JOBS = tuple(job for job in EVERY_JOB if modules.runs(job.module))
