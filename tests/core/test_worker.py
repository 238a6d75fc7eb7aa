import threading
from collections import defaultdict

import pytest
from django.db import connection

from tests.core.hearing import MODULE, Journal, ThingHappened, listening
from yabot.core import worker
from yabot.core.events import SHARDS, publish
from yabot.core.models import Delivery, Lease
from yabot.core.worker import Worker


@pytest.mark.django_db
def test_a_worker_alone_holds_every_shard():
    alone = Worker("elsewhere:1:a")
    alone.renew()

    assert alone.shards == set(range(SHARDS))


@pytest.mark.django_db
def test_workers_share_the_shards_and_none_is_held_twice():
    workers = [Worker(f"elsewhere:{number}:a") for number in range(4)]
    for _ in range(3):
        for each in workers:
            each._renew_at = 0
            each.renew()

    assert sorted(shard for each in workers for shard in each.shards) == list(range(SHARDS))
    assert {len(each.shards) for each in workers} == {4}


@pytest.mark.django_db
def test_a_worker_that_stops_leaves_its_shards_to_the_others():
    first, second = Worker("elsewhere:1:a"), Worker("elsewhere:2:b")
    first.renew()
    second.renew()
    first.stop()
    second._renew_at = 0
    second.renew()

    assert second.shards == set(range(SHARDS))
    assert not Lease.objects.filter(owner="elsewhere:1:a").exists()


@pytest.mark.django_db
def test_a_worker_without_shards_delivers_nothing():
    Worker("elsewhere:1:a").renew()
    late = Worker("elsewhere:2:b")
    with listening(Journal()):
        publish([ThingHappened(user_id=1)])

        assert late.work([MODULE]) == set()
        assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_in_an_overload_a_worker_stays_calm(settings):
    settings.DELIVERY_BACKLOG_LIMIT = 1
    with listening(Journal()):
        publish([ThingHappened(user_id=1), ThingHappened(user_id=2)])
    busy = Worker("elsewhere:1:a")
    busy.renew()

    assert busy.calm


@pytest.mark.django_db(transaction=True)
def test_four_workers_keep_every_persons_order(monkeypatch):
    monkeypatch.setattr(worker, "RENEW_SECONDS", 0.0)
    heard: dict[int, list[int]] = defaultdict(list)
    publishing = threading.Event()

    def hear(events):
        for event in events:
            heard[event.user_id].append(event.number)

    def publish_all() -> None:
        for number in range(1, 26):
            publish([ThingHappened(user_id=user, number=number) for user in range(1, 41)])
        publishing.set()
        connection.close()

    def work(each: Worker) -> None:
        while not publishing.is_set() or Delivery.objects.exists():
            each.work([MODULE])
        connection.close()

    with listening(hear):
        workers = [Worker(f"elsewhere:{number}:a") for number in range(4)]
        threads = [threading.Thread(target=work, args=(each,)) for each in workers]
        threads.append(threading.Thread(target=publish_all))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    assert set(heard) == set(range(1, 41))
    for numbers in heard.values():  # a batch that met another's work is heard again, from its beginning
        assert list(dict.fromkeys(numbers)) == list(range(1, 26))
