"""``runbot``'s inside: poller, pipeline, answering lane, sender and ticker of one process."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from telegram.ext import Application

from yabot.core import bell, broker, leases, people
from yabot.core.redaction import redact
from yabot.core.telegram import senders
from yabot.core.telegram.apologies import Apologies
from yabot.core.telegram.bridge import close_pool, in_db
from yabot.core.telegram.client import Answer, BotApi, Doubtful, NotDelivered
from yabot.core.telegram.dispatch import Dispatcher
from yabot.core.telegram.inbox import Stored
from yabot.core.telegram.lane import RawHandler
from yabot.core.telegram.pipeline import Pipeline
from yabot.core.telegram.poller import AnotherPoller, Poller
from yabot.core.telegram.registration import Watch
from yabot.core.telegram.sender import LoopCarrier, ProcessCarrier, Sender
from yabot.core.ticker import Job, Ticker
from yabot.core.webhooks.courier import Courier

log = logging.getLogger(__name__)

DRAIN_SECONDS = 7.0  # for answers and sends under way, of the ten that whoever stops us waits
WRITE_SECONDS = 2.0
NOTICE_SECONDS = 0.25
POLLER_LEASE = "poller"
LEASE_SECONDS = 20.0
RENEW_SECONDS = 5.0
BEHIND_BEAT = timedelta(seconds=30)  # with Redis, beat and the workers run the jobs; what they miss is done here
_HANDLED_AT_START = {401, 404}


class WrongToken(Exception):
    """Telegram does not know this token."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the composition root decides."""

    raw: Mapping[str, RawHandler]
    answered: frozenset[str]
    allowed_updates: Sequence[str]
    command_menus: Callable[[], list[dict[str, Any]]]
    jobs: Sequence[Job]
    build: Callable[..., Application[Any, Any, Any, Any, Any, Any]]


class Gateway:
    """One bot in one process, from start to drained stop."""

    def __init__(self, parts: Parts, *, ready: Callable[[str], object]) -> None:
        self._parts = parts
        self._ready = ready
        self._owner = leases.new_owner()
        self._stop = asyncio.Event()
        self._pipeline: Pipeline | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._budget = senders.budget()
        self._api = BotApi(token=settings.TELEGRAM_TOKEN, base_url=settings.TELEGRAM_API_URL)
        self._apologies = Apologies(self._api)
        self._polls = BotApi(token=settings.TELEGRAM_TOKEN, base_url=settings.TELEGRAM_API_URL, connections=2)

    def stop(self) -> None:
        """Have ``run`` drain and return. From any thread or signal handler, once ``ready`` was called."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)

    def worked_at(self) -> datetime | None:
        """When the pipeline last did everything well."""
        return self._pipeline.worked_at if self._pipeline else None

    async def run(self) -> None:
        """Run until stopped, then drain. Raises WrongToken, AnotherPoller and WebhookActive."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._run()
        finally:
            await self._api.close()
            await self._polls.close()
            await self._give_back()
            close_pool()

    async def _give_back(self) -> None:
        try:
            await in_db(leases.give_back, self._owner)
        except DatabaseError as error:
            log.warning("the leases run out by themselves: %s", error)

    async def _run(self) -> None:
        if not await in_db(leases.take, POLLER_LEASE, self._owner, seconds=LEASE_SECONDS):
            raise AnotherPoller(await in_db(leases.holder, POLLER_LEASE))
        me = await self._meet_telegram()
        await in_db(people.meet_bot, bot_id=int(me["id"]), username=str(me.get("username") or ""))
        application = self._parts.build(
            token=settings.TELEGRAM_TOKEN,
            api_url=settings.TELEGRAM_API_URL,
            file_url=settings.TELEGRAM_FILE_URL,
            api=self._api,
        )
        await application.initialize()
        application.bot_data.api, application.bot_data.budget = self._api, self._budget
        pipeline, dispatcher, sender = self._assemble(application)
        source = self._source(pipeline)
        self._pipeline = pipeline
        pipeline.start()
        hear_no_more = bell.hear_others()
        self._ready(str(me.get("username", "")))
        work = [
            asyncio.create_task(source.run()),
            asyncio.create_task(self._keep_lease()),
            asyncio.create_task(self._tick()),
            asyncio.create_task(self._set_menus()),
            asyncio.create_task(Courier().run()),
            asyncio.create_task(self._apologise(pipeline, source, dispatcher)),
        ]
        try:
            await self._until_stopped(*work[:2])
        finally:
            hear_no_more()
            await self._drain(work, pipeline, dispatcher, sender)
            await application.shutdown()

    def _source(self, pipeline: Pipeline) -> Poller | Watch:
        """Whoever brings updates; with a webhook the web process does, and somebody only watches that Telegram does."""
        if settings.TELEGRAM_WEBHOOK_URL:
            return Watch(self._polls, pipeline.beat, self._parts.allowed_updates)
        return Poller(self._polls, pipeline, self._parts.allowed_updates)

    def _assemble(self, application: Application[Any, Any, Any, Any, Any, Any]) -> tuple[Pipeline, Dispatcher, Sender]:
        loop = asyncio.get_running_loop()

        def dispatch(updates: list[Stored]) -> None:
            loop.call_soon_threadsafe(dispatcher.submit, updates)

        pipeline = Pipeline(
            raw=self._parts.raw,
            dispatch=dispatch,
            handled=self._parts.answered,
            looks=bool(settings.TELEGRAM_WEBHOOK_URL),
        )
        dispatcher = Dispatcher(application, pipeline.mark, self._apologies)
        sender = pipeline.sender = Sender(self._budget, pipeline.report)
        alone = settings.SENDER_PROCESS
        sender.carrier = ProcessCarrier(sender) if alone else LoopCarrier(sender, self._api, loop)
        return pipeline, dispatcher, sender

    async def _meet_telegram(self) -> dict[str, Any]:
        """getMe; a Telegram that cannot be reached is waited for. Raises WrongToken."""
        pause = 0.5
        while True:
            answer = await self._say("getMe", {})
            if answer is not None and answer.ok and isinstance(answer.result, dict):
                return dict(answer.result)
            if answer is not None and answer.code in _HANDLED_AT_START:
                raise WrongToken(answer.description)
            log.warning("Telegram cannot be reached; trying again in %.1f s", pause)
            await asyncio.sleep(pause)
            pause = min(15.0, pause * 2)

    async def _say(self, method: str, params: dict[str, Any]) -> Answer | None:
        try:
            return await self._api.call(method, params, timeout=15)
        except (NotDelivered, Doubtful) as error:
            log.warning("%s: %s", method, error)
            return None

    async def _set_menus(self) -> None:
        for menu in self._parts.command_menus():
            await self._say("setMyCommands", menu)

    async def _keep_lease(self) -> None:
        """Renew the poller's lease for ever, whatever the jobs do. Raises AnotherPoller when somebody else has it."""
        while True:
            try:
                mine = await in_db(leases.take, POLLER_LEASE, self._owner, seconds=LEASE_SECONDS)
            except Exception as error:  # noqa: BLE001 - what cannot be stored is not confirmed to Telegram either
                log.warning("the poller's lease could not be renewed: %s", redact(repr(error)))
            else:
                if not mine:
                    raise AnotherPoller("somebody else has its lease")
            await asyncio.sleep(RENEW_SECONDS)

    async def _tick(self) -> None:
        ticker = Ticker(self._parts.jobs, patience=BEHIND_BEAT if broker.is_used() else timedelta(0))
        while True:
            try:
                await in_db(ticker.tick)
            except Exception:
                log.warning("the ticker could not run", exc_info=True)
            await asyncio.sleep(5)

    async def _apologise(self, pipeline: Pipeline, source: Poller | Watch, dispatcher: Dispatcher) -> None:
        """While the database is away, tell whoever taps or writes; they are answered when it is back."""
        while True:
            await asyncio.sleep(NOTICE_SECONDS)
            if pipeline.healthy:
                self._apologies.forget()
                continue
            held = source.held if isinstance(source, Poller) else []
            await self._apologies.tell([*held, *dispatcher.waiting()])

    async def _until_stopped(self, *vital: asyncio.Task[None]) -> None:
        """Wait for the stop; raises what ended one of these tasks, without which there is no bot."""
        waiter = asyncio.create_task(self._stop.wait())
        await asyncio.wait([waiter, *vital], return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        for task in vital:
            if task.done():
                await task

    async def _drain(
        self, work: list[asyncio.Task[None]], pipeline: Pipeline, dispatcher: Dispatcher, sender: Sender
    ) -> None:
        """Take nothing new, finish what is under way, write down its outcome. The rest waits in rows."""
        deadline = time.monotonic() + DRAIN_SECONDS
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await dispatcher.drain(DRAIN_SECONDS / 2)
        await asyncio.to_thread(pipeline.take_no_more)
        await asyncio.to_thread(sender.drain, deadline - time.monotonic())
        pipeline.stop()
        await asyncio.to_thread(pipeline.join, deadline + WRITE_SECONDS - time.monotonic())
