"""What the status page's charts and tables show: how much is done, how long it takes, what waits."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from yabot.core import clock, readings
from yabot.core.admin.charts import Chart, Line, Value, draw, number
from yabot.core.admin.lists import chain_url
from yabot.core.chains import Text
from yabot.core.metrics import Kind, Operation, Series
from yabot.core.models import OperationCount, QueueSample
from yabot.core.readings import Reading

Span = OperationCount.Span
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KINDS: dict[str, Text] = {
    Kind.INBOX: _("guardar lo que llega"),
    Kind.HANDLER: _("atender"),
    Kind.DELIVERY: _("repartir eventos"),
    Kind.SEND: _("enviar mensajes"),
    Kind.TELEGRAM: _("llamar a Telegram"),
    Kind.HTTP: _("páginas y API"),
    Kind.PORT: _("preguntas entre módulos"),
    Kind.JOB: _("tareas"),
}


@dataclass(frozen=True, slots=True)
class Period:
    """How far back to look, and in which steps."""

    key: str
    title: Text
    step: timedelta
    steps: int

    def moments(self) -> list[datetime]:
        """The beginnings of the steps, oldest first; the last one is still going on."""
        last = self.place(clock.now())
        return [last - self.step * back for back in reversed(range(self.steps))]

    def place(self, at: datetime) -> datetime:
        """The step a moment belongs to."""
        return at.replace(second=0, microsecond=0, minute=at.minute if self.step < HOUR else 0)


PERIODS = (
    Period("hora", _("Última hora"), MINUTE, 60),
    Period("dia", _("24 horas"), HOUR, 24),
    Period("semana", _("7 días"), HOUR, 7 * 24),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One operation in the table: numbers as text."""

    kind: Text
    module: str
    name: str
    count: str
    failures: int
    p50: str
    p95: str
    p99: str
    slowest: str
    chain: str  # the address of the page that shows it


def has_chain(kind: str) -> bool:
    """Whether operations of this kind belong to the chain of an update; a request to a page has none to show."""
    return kind in {Kind.HANDLER, Kind.DELIVERY, Kind.SEND}


def period_of(key: str | None) -> Period:
    """The period with this key; the shortest for any other."""
    return next((period for period in PERIODS if period.key == key), PERIODS[0])


def measured(period: Period) -> list[Reading]:
    """Everything measured within the period. Hours that are not folded yet are read minute by minute."""
    begin = period.moments()[0]
    if period.step < HOUR:
        return readings.since(begin, span=Span.MINUTE)
    hours = readings.since(begin, span=Span.HOUR)
    folded = max((reading.at for reading in hours), default=None)
    return hours + readings.since(folded + HOUR if folded else begin, span=Span.MINUTE)


def charts(period: Period, found: Sequence[Reading]) -> list[Chart]:
    """The page's charts."""
    moments = period.moments()
    queues = _longest_of_each(period, readings.queues_since(moments[0]))
    return [
        _throughput(period, moments, found),
        _latency(period, moments, found, {Kind.HANDLER}, _("Cuánto se tarda en atender")),
        _latency(period, moments, found, {Kind.SEND}, _("Cuánto se tarda en enviar un mensaje")),
        draw(
            _("Lo que espera"),
            _("Cerca de cero todo va al día. Los mensajes crecen durante una difusión, y es normal."),
            _("en espera"),
            moments,
            [
                Line(_("actualizaciones"), "a", _depths(moments, queues, lambda row: row.inbound)),
                Line(_("eventos"), "b", _depths(moments, queues, lambda row: row.deliveries)),
                Line(_("mensajes"), "c", _depths(moments, queues, lambda row: row.outgoing)),
            ],
        ),
        draw(
            _("Entregas abandonadas"),
            _("Lo sano es cero. Si sube, abre «Entregas», mira el error y vuelve a entregarlas cuando esté arreglado."),
            _("abandonadas"),
            moments,
            [Line(_("abandonadas"), "c", _depths(moments, queues, lambda row: row.dead))],
        ),
    ]


def _merged(period: Period, found: Sequence[Reading], kinds: Collection[str]) -> Mapping[datetime, Series]:
    merged: dict[datetime, Series] = defaultdict(Series)
    for reading in found:
        if reading.operation.kind in kinds:
            merged[period.place(reading.at)].merge(reading.series)
    return merged


def _throughput(period: Period, moments: Sequence[datetime], found: Sequence[Reading]) -> Chart:
    minutes = period.step / MINUTE
    begun = min((period.place(reading.at) for reading in found), default=None)

    def items(kind: Kind) -> list[Value]:
        merged = _merged(period, found, {kind})
        known = [begun is not None and moment >= begun for moment in moments]
        return [
            (merged[moment].items / minutes if moment in merged else 0.0) if is_known else None
            for moment, is_known in zip(moments, known, strict=True)
        ]

    return draw(
        _("Cuánto se hace"),
        _("Lo que llega de Telegram, los eventos que se reparten a los módulos y los mensajes que salen."),
        _("por minuto"),
        moments,
        [
            Line(_("actualizaciones"), "a", items(Kind.INBOX)),
            Line(_("eventos"), "b", items(Kind.DELIVERY)),
            Line(_("mensajes"), "c", items(Kind.SEND)),
        ],
    )


def _latency(
    period: Period, moments: Sequence[datetime], found: Sequence[Reading], kinds: Collection[str], title: Text
) -> Chart:
    merged = _merged(period, found, kinds)

    def times(share: float) -> list[Value]:
        return [merged[moment].quantile(share) if moment in merged else None for moment in moments]

    return draw(
        title,
        _("La mitad tarda menos que la primera línea; 95 de cada 100, menos que la segunda; 99, menos que la tercera."),
        _("milisegundos"),
        moments,
        [Line("p50", "a", times(0.5)), Line("p95", "b", times(0.95)), Line("p99", "c", times(0.99))],
    )


def _longest_of_each(period: Period, samples: Sequence[QueueSample]) -> dict[datetime, QueueSample]:
    """The sample with the longest queue of each step, so that no peak is smoothed away."""
    found: dict[datetime, QueueSample] = {}
    for sample in samples:
        place = period.place(sample.at)
        if place not in found or _length(sample) >= _length(found[place]):
            found[place] = sample
    return found


def _length(sample: QueueSample) -> int:
    return sample.inbound + sample.deliveries + sample.outgoing + sample.dead


def _depths(
    moments: Sequence[datetime], queues: Mapping[datetime, QueueSample], read: Callable[[QueueSample], int]
) -> list[Value]:
    return [float(read(queues[moment])) if moment in queues else None for moment in moments]


def table(found: Sequence[Reading], most: int = 25) -> list[Row]:
    """The operations that took the most time in all, the ones that failed first."""
    merged: dict[Operation, Series] = defaultdict(Series)
    for reading in found:
        merged[reading.operation].merge(reading.series)
    ordered = sorted(merged.items(), key=lambda item: (-bool(item[1].failures), -item[1].ms))
    return [_row(operation, series) for operation, series in ordered[:most]]


def _row(operation: Operation, series: Series) -> Row:
    p50, p95, p99 = (number(series.quantile(share)) for share in (0.5, 0.95, 0.99))
    kind = KINDS.get(operation.kind, operation.kind)
    count, slowest = number(series.count), number(series.slowest_ms)
    found = series.slowest_chain if has_chain(operation.kind) else None
    chain = chain_url(found) if found else ""
    return Row(kind, operation.module, operation.name, count, series.failures, p50, p95, p99, slowest, chain)
