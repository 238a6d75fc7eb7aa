"""What runs: queues, dead letters, the jobs' and the poller's heartbeats, the proof of the ledger."""

from django.utils.translation import gettext as _

from yabot.core import health, readings
from yabot.core.doctor.diagnosis import Diagnosis, Level, well
from yabot.core.health import Finding

ELSEWHERE = {"database", "redis", "modules"}  # examined more closely by neighbours


def examine() -> list[Diagnosis]:
    """The findings of the health page, and which processes live."""
    found = [_diagnosis(finding) for finding in health.findings() if finding.name not in ELSEWHERE]
    return [*found, processes()]


def _diagnosis(finding: Finding) -> Diagnosis:
    """A finding's sentence already says what to do."""
    level = Level.OK if finding.ok else Level.BROKEN if finding.vital else Level.WARNING
    return Diagnosis(finding.name, level, f"{finding.title}: {finding.detail}")


def processes() -> Diagnosis:
    """Which processes said something within the last minute."""
    living = sorted({process.role for process in readings.processes()})
    if not living:
        return well("processes", _("Ahora no hay ningún proceso en marcha."))
    return well("processes", _("En marcha: %s.") % ", ".join(living))
