"""Circuits that all processes share, in Redis."""

import json
import logging
from dataclasses import asdict
from typing import Any

import redis

from yabot.core import broker
from yabot.core.breaker import Circuit, LocalCircuits, Rule

log = logging.getLogger(__name__)

FORGET_SECONDS = 3600  # a circuit nobody used for so long is closed again


class RedisCircuits:
    """Shared by all processes. While Redis is away, by the threads of this one."""

    def __init__(self, url: str) -> None:
        self._redis: Any = broker.connect(url)
        self._local = LocalCircuits()

    def read(self, name: str) -> Circuit:
        """The circuit as it is."""
        try:
            return _read(self._redis.get(_key(name)))
        except redis.RedisError as error:
            log.warning("circuits are this process's own for now: %s", error)
            return self._local.read(name)

    def change(self, name: str, rule: Rule, now: float) -> bool:
        """Apply ``rule``; its verdict. Between two who change at once, one is asked to look again."""

        def step(pipe: Any) -> bool:
            before = _read(pipe.get(_key(name)))
            after, verdict = rule(before, now)
            pipe.multi()
            if after != before:
                pipe.set(_key(name), json.dumps(asdict(after)), ex=FORGET_SECONDS)
            return verdict

        try:
            return bool(self._redis.transaction(step, _key(name), value_from_callable=True))
        except redis.RedisError as error:
            log.warning("circuits are this process's own for now: %s", error)
            return self._local.change(name, rule, now)


def _key(name: str) -> str:
    return f"circuit:{name}"


def _read(raw: bytes | None) -> Circuit:
    """What is kept under a key; rubbish is as good as nothing."""
    try:
        found = json.loads(raw or "{}")
        numbers = {name: float(found[name]) for name in ("opened_at", "trial_until") if found.get(name) is not None}
        return Circuit(int(found.get("failures", 0)), numbers.get("opened_at"), numbers.get("trial_until"))
    except (ValueError, TypeError, AttributeError):
        return Circuit()
