"""The plans of MongoDB: what reads or sorts a whole collection is found, and what an index answers is not."""

import pytest
from django.db import connections

from bench.plans import UNSELECTIVE, faults, watching
from bench.questions import Question, of_pipeline
from tests.engine import ENGINE
from tests.factories.core import OutgoingMessageFactory
from yabot.core.models import EventRecord, OutgoingMessage
from yabot.mongo.backend.base import sent

EVENTS, LETTERS = EventRecord._meta.db_table, OutgoingMessage._meta.db_table
pytestmark = [pytest.mark.django_db, pytest.mark.skipif(ENGINE != "mongodb", reason="about MongoDB")]


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (Question(EVENTS, {"user_id": 1}), ""),
        (Question(EVENTS, {"sequence": 1}), "COLLSCAN"),
        (Question(EVENTS, {"$and": [{"user_id": 1}, {"occurred_at": {"$lt": 1}}]}), ""),
        (Question(EVENTS, {"$or": [{"user_id": 1}, {"type": "x"}]}), ""),
        (Question(EVENTS, {"$or": [{"user_id": 1}, {"sequence": 1}]}), "COLLSCAN"),
        (Question(EVENTS, {"user_id": {"$ne": 1}}), "COLLSCAN"),
        (Question(EVENTS, {"$expr": {"$eq": ["$user_id", 1]}}), ""),
        (Question(EVENTS, {"$expr": {"$eq": ["$sequence", 1]}}), "COLLSCAN"),
        (Question(EVENTS, {}), "COLLSCAN"),
        (Question(EVENTS, {}, [("_id", -1)], is_limited=True), ""),
        (Question(EVENTS, {}, [("sequence", -1)], is_limited=True), "COLLSCAN"),
        (Question(EVENTS, {"type": "x"}, [("occurred_at", -1)]), ""),
        (Question(EVENTS, {"type": "x"}, [("occurred_at", 1)]), ""),
        (Question(EVENTS, {"type": "x"}, [("sequence", -1)]), "SORT"),
        (Question(LETTERS, {"state": 0}), ""),
        (Question(LETTERS, {"state": 2}, [("_id", 1)]), "COLLSCAN"),
        (Question(LETTERS, {"state": 0}, [("priority", 1), ("_id", 1)], is_limited=True), ""),
        (Question(LETTERS, {"state": 2}, [("priority", 1), ("_id", 1)], is_limited=True), "COLLSCAN"),
        (Question(LETTERS, {"state": {"$gte": 3}}), ""),
    ],
    ids=str,
)
def test_an_index_answers_or_the_problem_is_named(asked, problem):
    assert asked.problem(UNSELECTIVE).partition(":")[0] == problem


def test_a_pipeline_asks_its_own_collection_and_what_it_joins():
    joined = {"from": "b", "localField": "b_id", "foreignField": "_id", "as": "b"}
    match = {"$and": [{"user_id": 1}, {"b.name": "x"}]}

    other, own = of_pipeline("a", [{"$lookup": joined}, {"$unwind": "$b"}, {"$match": match}, {"$limit": 5}])

    assert (other.table, other.match) == ("b", {"$and": [{"_id": 0}]})
    assert (own.table, own.match, own.is_limited) == ("a", {"$and": [{"user_id": 1}]}, True)


JOIN = [{"$lookup": {"from": "b", "localField": "b_id", "foreignField": "_id", "as": "b"}}, {"$unwind": "$b"}]


@pytest.mark.parametrize(
    ("asked", "is_sent"),
    [
        ([*JOIN, {"$match": {"x": 1}}, {"$sort": {"y": 1}}], [{"$match": {"x": 1}}, {"$sort": {"y": 1}}, *JOIN]),
        ([*JOIN, {"$match": {"b.x": 1}}], [*JOIN, {"$match": {"b.x": 1}}]),
        (
            [*JOIN, {"$match": {"$expr": {"$gt": ["$x", "$b.x"]}}}],
            [*JOIN, {"$match": {"$expr": {"$gt": ["$x", "$b.x"]}}}],
        ),
        ([*JOIN, {"$sort": {"y": 1, "b.x": 1}}], [*JOIN, {"$sort": {"y": 1, "b.x": 1}}]),
        (
            [{"$project": {"x": 1}}, {"$sort": {"_id": 1, "x": 1}}],
            [{"$sort": {"_id": 1, "x": 1}}, {"$project": {"x": 1}}],
        ),
        ([{"$project": {"x": "$y"}}, {"$sort": {"x": 1}}], [{"$project": {"x": "$y"}}, {"$sort": {"x": 1}}]),
        ([{"$addFields": {"x": "$x"}}, {"$sort": {"x": 1}}], [{"$sort": {"x": 1}}]),
        ([{"$addFields": {"x": "$y"}}, {"$sort": {"x": 1}}], [{"$addFields": {"x": "$y"}}, {"$sort": {"x": 1}}]),
        ([{"$limit": 5}, {"$sort": {"x": 1}}], [{"$limit": 5}, {"$sort": {"x": 1}}]),
    ],
    ids=str,
)
def test_own_columns_are_matched_and_sorted_by_before_anything_is_joined(asked, is_sent):
    assert sent(asked) == is_sent


def test_no_index_has_the_order_of_what_was_joined():
    *_, own = of_pipeline(EVENTS, [*JOIN, {"$match": {"b.x": 1, "user_id": 5}}, {"$sort": {"_id": 1}}])
    *_, all_of_them = of_pipeline(EVENTS, [*JOIN, {"$match": {"b.x": 1}}, {"$sort": {"_id": 1}}, {"$limit": 5}])

    assert own.problem(UNSELECTIVE) == ""
    assert all_of_them.problem(UNSELECTIVE) == f"COLLSCAN: {EVENTS}"


def test_reads_and_writes_of_a_block_are_watched():
    OutgoingMessageFactory()

    with watching() as plans:
        assert list(OutgoingMessage.objects.filter(error="x")) == []
        OutgoingMessage.objects.filter(error="x").update(error="y")
        OutgoingMessage.objects.filter(error="x").delete()
        assert OutgoingMessage.objects.filter(key="x").first() is None

    assert len(faults(plans)) >= 3
    assert not [fault for fault in faults(plans) if "'key'" in fault]
    assert "get_collection" not in vars(connections["default"])  # nobody watches any more
