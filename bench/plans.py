"""What the database does for a statement: its plan, read while the statement runs."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

GROWING = (
    "core.TelegramUser",
    "core.InboundUpdate",
    "core.EventRecord",
    "core.EventStream",
    "core.Delivery",
    "core.OutgoingMessage",
    "core.Reaction",
    "core.ReactionTotal",
    "core.ReconciliationFinding",
    "gamification.Account",
    "gamification.Transfer",
    "gamification.Entry",
    "gamification.Hold",
    "narrative.HintUnlock",
    "narrative.ReaderProgress",
    "narrative.ProgressStep",
    "narrative.DueLetter",
    "channeladmin.HeartPost",
    "channeladmin.Subscription",
)


STAYS_SMALL = {
    "auth and sessions of the team": ("auth.*", "admin.*", "sessions.*", "contenttypes.*"),
    "forgotten after some days": (
        "core.IdempotentAnswer",
        "core.JobRun",
        "core.OperationCount",
        "core.OperationSample",
        "core.QueueSample",
        "core.WebhookDelivery",
    ),
    "one for each part of the system": (
        "core.Lease",
        "core.Heartbeat",
        "core.ProcessReport",
        "core.ReconciliationWalk",
        "core.KnownBot",
    ),
    "what the team writes or sets": (
        "core.TelegramFile",
        "core.TelegramChat",
        "core.WebhookEndpoint",
        "core.ModuleKey",
        "gamification.ReactionReward",
        "narrative.LucienTemplate",
        "narrative.Hint",
        "narrative.CommunityGoal",
        "narrative.HintCombination",
        "narrative.DraftCheck",
        "channeladmin.VipInvitation",
        "narrative.Story",
        "narrative.Release",
        "narrative.MediaFile",
        "narrative.Fragment",
        "narrative.FragmentTag",
        "narrative.FragmentText",
        "narrative.FragmentVersion",
        "narrative.Choice",
        "narrative.Declaration",
        "narrative.Reference",
        "narrative.StoryPath",
        "narrative.StoryLink",
        "core.StaffTelegram",
        "narrative.LucienRule",
        "channeladmin.ChannelSettings",
    ),
    "waits for a moment": ("narrative.SecondLook",),
    "other apps' own": ("django_celery_beat.*",),
}

MANY = 20_000  # rows: sorting more than that is noticed

# What may read all of a table, and why.
ALLOWED = {
    r"\"started_at\" IS NOT NULL": "most people: with statistics the planner may prefer the table",
    r"core_telegramuser.*(LIKE|\$options)": "a search for any part of a name; people only, never what they did",
    r"\"core_delivery\".\"dead_at\" IS NULL": "nearly every delivery is a waiting one: the first page is full at once",
    r"core_delivery: \[\{'\$match': \{'dead_at': None\}\}": "the same",
    r"\"core_outgoingmessage\"\.\"state\" = %s": "nearly every message is a sent one: the first page is full at once",
    r"core_outgoingmessage: \[\{'\$match': \{'state': 2\}\}": "the same",
}

# Columns with so few values that "those with this one" may be half of a table.
UNSELECTIVE = {
    "release_id",
    "state",
    "kind",
    "reason",
    "type",
    "module",
    "priority",
    "hint_id",
    "account_id",
    "job",
    "emoji",
}


def growing_tables() -> set[str]:
    """The tables that grow with the community."""
    return {apps.get_model(name)._meta.db_table for name in GROWING}


def partial_indexes() -> set[str]:
    """Indexes of a queue: they hold what waits and not what was."""
    return {index.name for model in apps.get_models() for index in model._meta.indexes if index.condition is not None}


@dataclass(slots=True)
class Plan:
    """A statement and what the database does for it."""

    sql: str
    steps: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n   ".join([self.sql[:1500], *self.steps])

    @property
    def is_first_page(self) -> bool:
        """Whether the statement wants the first rows of a whole table: in an index's order that reads only those."""
        return " WHERE " not in self.sql and " LIMIT " in self.sql

    def tables(self) -> dict[str, str]:
        """Each table by the name it has in the plan."""
        named = re.findall(r'(?:FROM|JOIN|UPDATE|INTO)\s+"(\w+)"(?:\s+(?:AS\s+)?"?([A-Z]\d+|\w+\d*)"?)?', self.sql)
        found = {alias: table for table, alias in named if alias}
        return found | {table: table for table, _ in named}

    def problems(self, growing: Collection[str]) -> list[str]:
        """What reads, or sorts, more of a growing table the longer the community lives."""
        reader = {"sqlite": _of_sqlite, "postgresql": _of_postgresql, "mongodb": _of_mongodb}[connection.vendor]
        return list(reader(self, growing))


def faults(plans: Iterable[Plan], growing: Collection[str] = ()) -> list[str]:
    """Every statement with a problem that nobody has allowed; of these tables, or of all that grow."""
    tables = growing or growing_tables()
    return [
        f"{problem}: {plan}"
        for plan in plans
        for problem in plan.problems(tables)
        if not any(re.search(pattern, plan.sql) for pattern in ALLOWED)
    ]


def _of_sqlite(plan: Plan, growing: Collection[str]) -> Iterator[str]:
    tables, queues = plan.tables(), partial_indexes()
    for step in plan.steps:
        found = re.match(r"SCAN (\S+)(?: USING (?:COVERING )?INDEX (\S+))?", step)
        table = tables.get(found[1], "") if found else ""  # others are read only if a key changed, and none does
        if not found or table not in growing or found[2] in queues:
            continue
        if not (plan.is_first_page and found[2]):
            yield step
    reads = [step for step in plan.steps if step.startswith(("SEARCH", "SCAN"))]
    much = [step for step in reads if tables.get(step.split()[1]) in growing and not _is_bounded(step, queues)]
    if much and any("TEMP B-TREE FOR ORDER BY" in step for step in plan.steps):
        yield f"sorts what it found: {much}"


def _is_bounded(step: str, queues: set[str]) -> bool:
    """Whether a step finds the rows of one thing (a person, a chain, a key), or of a queue."""
    equal = set(re.findall(r"(\w+)=\?", step))
    return bool(equal - UNSELECTIVE) or any(name in step for name in queues)


def _of_postgresql(plan: Plan, growing: Collection[str]) -> Iterator[str]:
    for step in plan.steps:
        kind, _sep, about = step.partition(": ")
        if kind == "Seq Scan" and about in growing:
            yield step
        if kind == "Sort" and int(about) > MANY:
            yield step


def _of_mongodb(plan: Plan, growing: Collection[str]) -> Iterator[str]:
    yield from (step for step in plan.steps if step.partition(": ")[2] in growing)


@contextmanager
def watching() -> Iterator[list[Plan]]:
    """The plans of all statements in the block that read or change rows."""
    plans: list[Plan] = []
    if connection.vendor == "mongodb":
        from bench import questions

        def note(question: questions.Question, asked: Any) -> None:
            steps = [question.problem(UNSELECTIVE)] if question.table in growing_tables() else []
            plans.append(Plan(f"{question.table}: {asked}", steps))

        with questions.noted(note):
            yield plans
        return

    def explain(execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")) and not many:
            plans.append(Plan(sql, _steps(sql, params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def _steps(sql: str, params: Any) -> list[str]:
    connection.ensure_connection()
    with connection.connection.cursor() if connection.vendor == "postgresql" else _plain_cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            (told,) = cursor.fetchone()
            plan = told if isinstance(told, list) else json.loads(told)
            return list(_nodes(plan[0]["Plan"]))
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        return [row[-1] for row in cursor.fetchall()]


def _nodes(node: dict[str, Any]) -> Iterator[str]:
    rows = node["Plan Rows"] if node["Node Type"] == "Sort" else ""
    yield f"{node['Node Type']}: {rows or node.get('Relation Name', node.get('Index Name', ''))}"
    for child in node.get("Plans", ()):
        yield from _nodes(child)


@contextmanager
def _plain_cursor() -> Iterator[Any]:
    """A cursor past the wrapper that is watching."""
    from django.db.backends.sqlite3.base import SQLiteCursorWrapper

    cursor = connection.connection.cursor(factory=SQLiteCursorWrapper)
    try:
        yield cursor
    finally:
        cursor.close()
