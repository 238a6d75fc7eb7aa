"""What Celery's tasks do: nothing but call what is to be done. They carry no facts, so a lost one loses none."""

from yabot import schedule
from yabot.celery import app
from yabot.core import clock, ticker
from yabot.core.database import with_healthy_connection


@app.task(name="yabot.run_job")
def run_job(name: str) -> bool:
    """Run the periodic job that is due now, unless somebody has; whether it ran."""
    job = schedule.job(name)
    return job is not None and with_healthy_connection(lambda: ticker.run(job, job.due_at(clock.now())))()
