"""The walk and its audit, with a check of the test's own."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.core.reconciling import audit
from yabot.core import health, reconciliation
from yabot.core.models import FindingState, Heartbeat, ReconciliationFinding, ReconciliationWalk
from yabot.core.reconciliation import Check, Discrepancy, Kind, Window, registry

pytestmark = pytest.mark.django_db
OPEN, REPAIRED, GONE = FindingState.OPEN, FindingState.REPAIRED, FindingState.GONE


def look(position: str) -> Window:
    """Heartbeats in alphabetical order, two at a time: «bad…» ones need a person, «odd…» ones are mended."""
    names = list(Heartbeat.objects.filter(name__gt=position).order_by("name").values_list("name", flat=True)[:2])
    kinds = {"bad": "bad", "odd": "odd"}
    wrong = [Discrepancy(kinds[name[:3]], name, {"name": name}) for name in names if name[:3] in kinds]
    return Window(len(names), names[-1] if len(names) == 2 else "", wrong)


def mend(found: Sequence[Discrepancy]) -> Iterable[Discrepancy]:
    if any(one.object == "odd-poison" for one in found):
        raise LookupError("poison")
    return [one for one in found if Heartbeat.objects.filter(pk=one.object).delete()[0]]


KINDS = {
    "bad": Kind("«%(name)s» está mal.", "Mírala.", page="core.heartbeat"),
    "odd": Kind("«%(name)s» sobraba.", "Se quitó.", mend),
}
CHECK = Check("test.names", "Los nombres", look, KINDS)


@pytest.fixture(autouse=True)
def only_this_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_checks", {})
    reconciliation.offer(CHECK)


@pytest.fixture
def beats() -> Callable[..., None]:
    def make(*names: str) -> None:
        for name in names:
            Heartbeat.objects.create(name=name)

    return make


def test_what_is_safe_is_repaired_and_the_rest_is_listed(beats):
    beats("a", "bad-1", "b", "odd-1")

    report = reconciliation.run_all()

    assert (report.looked_at, report.repaired, report.left, report.ok) == (4, 1, 1, False)
    assert audit(REPAIRED) == [("odd", "odd-1")]
    assert audit(OPEN) == [("bad", "bad-1")]
    assert not Heartbeat.objects.filter(pk="odd-1").exists()


def test_a_second_run_repairs_nothing_and_lists_nothing_twice(beats):
    beats("bad-1", "odd-1")
    reconciliation.run_all()

    report = reconciliation.run_all()

    assert (report.repaired, report.left) == (0, 1)
    assert audit(REPAIRED) == [("odd", "odd-1")]
    assert audit(OPEN) == [("bad", "bad-1")]


def test_a_finding_that_vanishes_is_closed_and_may_open_again(beats):
    beats("bad-1")
    reconciliation.run_all()
    Heartbeat.objects.all().delete()

    reconciliation.run_all()
    assert (audit(OPEN), audit(GONE)) == ([], [("bad", "bad-1")])

    beats("bad-1")
    reconciliation.run_all()
    assert (audit(OPEN), audit(GONE)) == ([("bad", "bad-1")], [("bad", "bad-1")])


def test_a_run_without_time_looks_at_one_window_and_the_next_goes_on_there(beats):
    beats("bad-1", "bad-2", "bad-3", "bad-4", "z")

    steps = [reconciliation.run_due(seconds=0).looked_at for _ in range(3)]

    assert steps == [2, 2, 1]
    assert ReconciliationWalk.objects.get().position == ""
    assert len(audit(OPEN)) == 4


def test_only_a_whole_round_closes_what_it_did_not_see(beats):
    beats("a", "b", "bad-1", "z")
    reconciliation.run_all()
    Heartbeat.objects.filter(pk="bad-1").delete()

    reconciliation.run_due(seconds=0)
    assert audit(OPEN) == [("bad", "bad-1")]

    reconciliation.run_due(seconds=0)
    assert audit(GONE) == [("bad", "bad-1")]


def test_what_cannot_be_repaired_is_left_to_a_person_and_stops_nobody(beats):
    beats("odd-1", "odd-poison")

    report = reconciliation.run_all()

    assert (report.repaired, report.left) == (1, 1)
    assert (audit(REPAIRED), audit(OPEN)) == ([("odd", "odd-1")], [("odd", "odd-poison")])


def test_a_repair_is_not_made_where_its_audit_row_cannot_be_written(beats):
    beats("odd-1")
    unspeakable = [Discrepancy("odd", "odd-1", {"name": object()})]  # type: ignore[dict-item]
    reconciliation.offer(Check("test.names", "Los nombres", lambda position: Window(1, "", unspeakable), KINDS))

    with pytest.raises(TypeError):
        reconciliation.run_all()

    assert Heartbeat.objects.filter(pk="odd-1").exists()


def test_a_dry_run_writes_nothing(beats):
    beats("bad-1", "odd-1")

    report = reconciliation.look_all()

    assert (report.repaired, report.left) == (1, 1)
    assert Heartbeat.objects.count() == 2
    assert not ReconciliationFinding.objects.exists()
    assert not ReconciliationWalk.objects.exists()


def run_at_once(_: int) -> int:
    try:
        return reconciliation.run_all().repaired
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_repair_once_and_close_nothing_that_another_sees(beats):
    names = range(20)
    beats(*(f"bad-{number}" for number in names))
    for times in range(1, 6):
        ReconciliationFinding.objects.filter(state=OPEN).delete()
        beats(*(f"odd-{number}" for number in names))

        with ThreadPoolExecutor(4) as pool:
            repaired = sum(pool.map(run_at_once, range(4)))

        assert repaired == 20
        assert Counter(audit(REPAIRED)) == {("odd", f"odd-{number}"): times for number in names}
        assert (len(audit(OPEN)), audit(GONE)) == (20, [])


def test_the_command_tells_it_as_json_and_fails_when_a_person_is_needed(beats):
    beats("bad-1", "odd-1")
    said = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", "--json", stdout=said)

    told = json.loads(said.getvalue())
    assert ended.value.code == 1
    assert (told["ok"], told["repaired"], told["left"]) == (False, 1, 1)
    assert {one["object"]: one["sentence"] for one in told["findings"]} == {
        "bad-1": "«bad-1» está mal.",
        "odd-1": "«odd-1» sobraba.",
    }


def test_the_command_is_content_when_nothing_is_left(beats):
    beats("odd-1")
    said = StringIO()

    call_command("reconcile", "--dry-run", stdout=said)
    call_command("reconcile", stdout=said)
    call_command("reconcile", stdout=said)

    assert said.getvalue().count("1 repaired, 0 left for a person") == 2
    assert said.getvalue().count("0 repaired, 0 left for a person") == 1


def finding() -> health.Finding:
    return next(one for one in health.findings() if one.name == "reconciliation")


def test_the_health_page_counts_what_waits_for_a_person(beats):
    assert finding().ok
    beats("bad-1", "odd-1")
    reconciliation.run_all()

    assert not finding().ok
    assert finding().detail.startswith("Hay 1 cosa que no encaja")
    assert health.is_healthy(health.findings())


def list_page(client: Client, query: str = "") -> str:
    return client.get(reverse("admin:core_reconciliationfinding_changelist") + query).content.decode()


def test_the_back_office_says_what_is_wrong_and_what_to_do(beats, admin_client):
    beats("bad-1", "odd-1")
    reconciliation.run_all()

    assert "«bad-1» está mal." in list_page(admin_client)
    assert "Mírala." in list_page(admin_client)
    assert "odd-1" not in list_page(admin_client)
    assert "Se quitó." in list_page(admin_client, "?estado=arreglado")
    assert "«odd-1» sobraba." in list_page(admin_client, "?estado=todo")
    assert "bad-1" not in list_page(admin_client, "?estado=fue")


def test_a_finding_leads_to_its_row_and_survives_its_check(beats, admin_client, monkeypatch):
    beats("bad-1")
    reconciliation.run_all()
    page = reverse("admin:core_reconciliationfinding_change", args=[ReconciliationFinding.objects.get().pk])

    assert reverse("admin:core_heartbeat_change", args=["bad-1"]) in admin_client.get(page).content.decode()

    monkeypatch.setattr(registry, "_checks", {})
    assert "bad: name bad-1" in admin_client.get(page).content.decode()
