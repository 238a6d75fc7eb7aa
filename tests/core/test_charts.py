"""Charts and tables of the status page: right numbers, drawn where they belong, in words a person understands."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.core.back_office import allow, staff
from tests.core.test_measuring import Process
from tests.factories import core as factories
from yabot.core import clock, folding
from yabot.core.admin import charts, rounds, trends
from yabot.core.admin.charts import Line, draw
from yabot.core.metrics import Kind, Operation
from yabot.core.models import QueueSample
from yabot.core.ticker import Job

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENTS = [NOON + timedelta(minutes=number) for number in range(4)]
HANDLER = Operation(Kind.HANDLER, "narrative", "on_hints")
SEND = Operation(Kind.SEND, "core", "sendMessage")


def chart_of(values: list[float | None]) -> charts.Chart:
    return draw("Título", "", "por minuto", MOMENTS, [Line("mensajes", "a", values)])


def test_a_line_goes_from_edge_to_edge_and_higher_is_more() -> None:
    assert chart_of([0, 5, 10, 10]).lines[0].path == "M0.00,100.00L33.33,50.00L66.67,0.00L100.00,0.00"


def test_what_is_not_known_is_a_gap_and_a_lonely_value_is_a_stroke() -> None:
    path = chart_of([1, None, 1, 0]).lines[0].path

    assert path == "M0.00,0.00L0.40,0.00M66.67,0.00L100.00,100.00"


def test_a_chart_without_values_is_empty_and_one_of_zeros_is_not() -> None:
    assert chart_of([None] * 4).is_empty
    assert not chart_of([0.0] * 4).is_empty


def test_pointing_at_a_moment_tells_its_numbers() -> None:
    spots = chart_of([None, 7, 2.5, 1200]).spots

    assert [spot.words for spot in spots] == [
        "01/03 12:01 · mensajes 7 (por minuto)",
        "01/03 12:02 · mensajes 2.5 (por minuto)",
        "01/03 12:03 · mensajes 1\u202f200 (por minuto)",
    ]
    assert (spots[0].x, spots[0].width) == (25, 25)


@given(st.floats(min_value=1e-6, max_value=1e12))
def test_the_axis_ends_at_a_round_number_just_above(highest: float) -> None:
    top = charts.ceiling(highest)

    assert highest * 0.99999 <= top <= highest * 2


@pytest.fixture
def hour() -> trends.Period:
    return trends.period_of("hora")


def lines_of(found: list[charts.Chart], place: int) -> dict[str, str]:
    return {str(line.label): line.last for line in found[place].lines}


@pytest.mark.django_db
def test_the_charts_show_what_every_process_measured(hour: trends.Period) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(2):
            Process().do(HANDLER, 4).do(SEND, 30).do(Operation(Kind.DELIVERY, "narrative", "batch"), items=20).flush()
        factories.QueueSampleFactory(outgoing=7, dead=3)
        found = trends.charts(hour, trends.measured(hour))

    assert lines_of(found, 0) == {"actualizaciones": "0", "eventos": "40", "mensajes": "2"}
    assert lines_of(found, 1)["p50"] == "3.8"
    assert lines_of(found, 2)["p99"] == "30"
    assert lines_of(found, 3)["mensajes"] == "7"
    assert lines_of(found, 4) == {"abandonadas": "3"}


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["dia", "semana"])
def test_long_periods_count_folded_hours_and_fresh_minutes_once(key: str) -> None:
    process = Process()
    for minute in (5, 65, 125):
        with time_machine.travel(NOON + timedelta(minutes=minute), tick=False):
            process.do(SEND, items=60).flush()
    with time_machine.travel(NOON + timedelta(minutes=130), tick=False):
        folding.tidy()
        found = trends.measured(trends.period_of(key))

    assert sum(reading.series.count for reading in found) == 3
    assert len({reading.at for reading in found}) == 3


@pytest.mark.django_db
def test_a_peak_of_an_hour_is_not_smoothed_away() -> None:
    with time_machine.travel(NOON + timedelta(minutes=50), tick=False):
        for minutes, waiting in ((40, 1), (20, 500), (5, 2)):
            factories.QueueSampleFactory(at=clock.now() - timedelta(minutes=minutes), outgoing=waiting)
        period = trends.period_of("dia")
        found = trends.charts(period, [])

    assert lines_of(found, 3)["mensajes"] == "500"
    assert QueueSample.objects.count() == 3


@pytest.mark.django_db
def test_what_failed_comes_first_and_leads_to_its_chain(hour: trends.Period) -> None:
    chain = factories.EventRecordFactory().correlation_id
    with time_machine.travel(NOON, tick=False):
        Process().do(HANDLER, 9000, chain=chain).do(SEND, 1, error="403").do(
            Operation(Kind.HTTP, "web", "GET /"), 5, chain=chain
        ).flush()
        failed, slow, page = trends.table(trends.measured(hour))

    assert (failed.name, failed.failures) == ("sendMessage", 1)
    assert str(chain) in slow.chain
    assert page.chain == ""
    assert float(page.p99) <= 5


def test_an_unknown_period_is_the_shortest() -> None:
    assert trends.period_of("siglo") is trends.period_of(None) is trends.PERIODS[0]


JOB = Job("limpiar", timedelta(minutes=1), lambda: None)
TITLES = {"limpiar": "Limpiar la casa"}


@pytest.mark.django_db
def test_a_job_that_failed_says_what_to_do() -> None:
    factories.JobRunFactory(job="limpiar", due_at=clock.now() - timedelta(minutes=1))
    factories.JobRunFactory(job="limpiar", due_at=clock.now(), error="OperationalError: disk I/O error")

    (found,) = rounds.rounds([JOB], TITLES)

    assert (str(found.title), found.state, found.tone) == ("Limpiar la casa", "falló", "bad")
    assert "avisa a quien lleva el sistema: OperationalError" in found.advice


@pytest.mark.django_db
def test_a_job_that_is_late_has_run_or_never_ran_says_so() -> None:
    run = factories.JobRunFactory(job="limpiar", due_at=clock.now())
    assert rounds.rounds([JOB], TITLES)[0].state == "hecha"
    type(run).objects.update(finished_at=None)
    assert rounds.rounds([JOB], TITLES)[0].state == "en marcha"
    type(run).objects.update(due_at=clock.now() - timedelta(minutes=8))

    assert (rounds.rounds([JOB], TITLES)[0].state, bool(rounds.rounds([JOB], TITLES)[0].advice)) == ("no corre", True)
    assert rounds.rounds([Job("otra", timedelta(1), lambda: None)], TITLES)[0].state == "aún no"


@pytest.mark.django_db
def test_the_page_draws_everything_without_a_script(admin_client: Client) -> None:
    Process().do(HANDLER).do(SEND, error="403 Forbidden").flush()
    factories.QueueSampleFactory()

    page = admin_client.get(reverse("admin:status"), {"periodo": "hora"}).content.decode()
    charts_part = page[page.index('class="yabot-charts"') : page.index("Lo que corre solo")]

    assert charts_part.count("<svg") == 5
    assert "<script" not in charts_part
    assert " style=" not in charts_part
    assert "403 Forbidden" in page
    assert "Comprobar que las cuentas de besitos cuadran" in page
    assert 'href="?periodo=hora" aria-current="true"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "hora", "dia", "semana", "'\"><script>"])
def test_every_period_opens_on_an_empty_system(admin_client: Client, key: str) -> None:
    answer = admin_client.get(reverse("admin:status"), {"periodo": key})

    assert answer.status_code == 200
    assert "Todavía no hay medidas de este tiempo." in answer.content.decode()


@pytest.mark.django_db
def test_single_operations_are_shown_to_those_who_may_see_them(client: Client) -> None:
    factories.OperationSampleFactory(error="403 Forbidden")
    staff(client)
    assert "403 Forbidden" not in client.get(reverse("admin:status")).content.decode()

    allow(client, "view_operationsample")

    assert "403 Forbidden" in client.get(reverse("admin:status")).content.decode()


def test_every_job_has_a_title_people_understand() -> None:
    from yabot.schedule import EVERY_JOB, TITLES

    assert {job.name for job in EVERY_JOB} == set(TITLES)
