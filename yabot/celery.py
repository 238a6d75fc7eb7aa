"""The Celery application: ``celery -A yabot worker`` and ``celery -A yabot beat``.

Celery starts periodic jobs and keeps worker processes alive, no more: what must happen is rows. Each process of a
worker's pool delivers events and sends messages by itself (``core/telegram/post_office.py``), woken by the doorbell,
so a broker that is away or deaf stops neither.
"""

import os
import sys
from logging.config import dictConfig
from typing import Any

import django
from celery import Celery, signals
from django.core.checks import ERROR, run_checks
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yabot.settings")
django.setup()

from django.conf import settings  # noqa: E402

from yabot.core.checks import OF_SETTINGS  # noqa: E402

NO_REDIS = "REDIS_URL is not set: workers and beat need Redis. One process needs neither: `manage.py runbot`."
SOFT_SECONDS, HARD_SECONDS = 540, 600  # for one job; ticker.LONGEST is longer
VISIBILITY_SECONDS = 900  # longer than any task may take, or it would be given to another worker meanwhile
PATIENCE = 3.0


def queue_of(module: str) -> str:
    """The queue of a module's jobs: taken from by the workers that run the module."""
    return f"yabot.{module}" if module in settings.ALL_MODULES else "yabot"


app = Celery("yabot", fixups=[])  # Django's fixup closes the pool of connections that the porter's thread uses as well
app.conf.update(
    broker_url=settings.REDIS_URL or "memory://",
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "global_keyprefix": "celery:",
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "health_check_interval": 10,
    },
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0.2},
    task_default_queue="yabot",
    task_queues=[Queue(name, routing_key=name) for name in sorted(map(queue_of, ["", *settings.MODULES]))],
    task_serializer="json",
    accept_content=["json"],
    result_backend=None,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=False,  # the row knows that nobody finished it (core/ticker.py)
    task_soft_time_limit=SOFT_SECONDS,
    task_time_limit=HARD_SECONDS,
    worker_prefetch_multiplier=1,
    worker_concurrency=settings.WORKER_PROCESSES,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    beat_scheduler="yabot.beat:Scheduler" if settings.REDIS_URL else "celery.beat:Scheduler",
    beat_max_loop_interval=5,
    timezone="UTC",
    imports=["yabot.tasks"],
)


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery's own set-up would print tokens: ours redacts them."""
    dictConfig(settings.LOGGING)


@signals.celeryd_init.connect
@signals.beat_init.connect
def _refuse_wrong_settings(**_: Any) -> None:
    found = [str(problem) for problem in run_checks(tags=OF_SETTINGS) if problem.level >= ERROR]
    if not settings.REDIS_URL:
        found = [NO_REDIS]
    if found:
        sys.stderr.write("\n".join(found) + "\n")
        sys.exit(2)


@signals.worker_process_init.connect
def _open_post_office(**_: Any) -> None:
    from yabot.core import measuring
    from yabot.core.telegram.post_office import PostOffice

    office = PostOffice()
    office.open()
    report = measuring.start("worker", office.worked_at)

    @signals.worker_process_shutdown.connect(weak=False)
    def close(**_: Any) -> None:
        office.close()
        report.stop()
