"""The foundation's rows, ready to be looked at."""

from datetime import timedelta

import factory

from yabot.core import clock
from yabot.core.ids import uuid7
from yabot.core.models import (
    BotStatus,
    CallState,
    Delivery,
    EventRecord,
    Heartbeat,
    InboundUpdate,
    JobRun,
    MessageState,
    OperationSample,
    OutgoingMessage,
    QueueSample,
    Reaction,
    ReactionSource,
    ReactionTotal,
    ReconciliationFinding,
    TelegramChat,
    TelegramUser,
    UpdateState,
    WebhookDelivery,
    WebhookEndpoint,
)


class TelegramUserFactory(factory.django.DjangoModelFactory):
    """A person who talks with the bot."""

    class Meta:
        model = TelegramUser

    id = factory.Sequence(lambda n: 1_000_000 + n)
    first_name = factory.Sequence(lambda n: f"Lectora {n}")
    username = factory.Sequence(lambda n: f"lectora_{n}")
    language_code = "es"
    started_at = factory.LazyFunction(clock.now)


class TelegramChatFactory(factory.django.DjangoModelFactory):
    """A channel the bot administers."""

    class Meta:
        model = TelegramChat

    id = factory.Sequence(lambda n: -1_001_000_000_000 - n)
    type = "channel"
    title = factory.Sequence(lambda n: f"El diván {n}")
    bot_status = BotStatus.ADMINISTRATOR


class InboundUpdateFactory(factory.django.DjangoModelFactory):
    """A reaction as Telegram told it."""

    class Meta:
        model = InboundUpdate

    id = factory.Sequence(lambda n: 500_000 + n)
    kind = "message_reaction"
    user_id = factory.Sequence(lambda n: 1_000_000 + n)
    payload = '{"update_id": 1, "message_reaction": {"new_reaction": [{"type": "emoji", "emoji": "❤"}]}}'
    state = UpdateState.DONE


class EventRecordFactory(factory.django.DjangoModelFactory):
    """A reaction, in the log."""

    class Meta:
        model = EventRecord

    type = "reaction_detected"
    user_id = factory.Sequence(lambda n: 1_000_000 + n)
    payload = '{"chat_id": -1001, "message_id": 7, "emoji": "❤", "source": "native"}'
    correlation_id = factory.LazyFunction(uuid7)
    sequence = factory.Sequence(lambda n: n + 1)


class DeliveryFactory(factory.django.DjangoModelFactory):
    """An event a module has not heard of yet."""

    class Meta:
        model = Delivery

    class Params:
        dead = factory.Trait(dead_at=factory.LazyFunction(clock.now), attempts=6, last_error="ValueError: no pudo ser")

    event = factory.SubFactory(EventRecordFactory)
    module = "gamification"
    user_id = factory.SelfAttribute("event.user_id")
    sequence = factory.SelfAttribute("event.sequence")
    shard = 0


class OutgoingMessageFactory(factory.django.DjangoModelFactory):
    """A message in private, in the queue."""

    class Meta:
        model = OutgoingMessage

    class Params:
        failed = factory.Trait(state=MessageState.FAILED, error="Forbidden: bot was blocked by the user", attempts=1)
        unknown = factory.Trait(state=MessageState.UNKNOWN, unknown_at=factory.LazyFunction(clock.now), attempts=1)
        sent = factory.Trait(state=MessageState.SENT, sent_at=factory.LazyFunction(clock.now), message_id=77)

    key = factory.Sequence(lambda n: f"hint:{n}")
    user_id = factory.Sequence(lambda n: 1_000_000 + n)
    chat_id = factory.SelfAttribute("user_id")
    payload = '{"text": "Lucien susurra: <b>una pista</b> &amp; un beso.", "parse_mode": "HTML"}'


class ReactionFactory(factory.django.DjangoModelFactory):
    """A heart."""

    class Meta:
        model = Reaction

    chat_id = -1001
    message_id = factory.Sequence(lambda n: n + 1)
    user_id = factory.Sequence(lambda n: 1_000_000 + n)
    emoji = "❤"
    source = ReactionSource.NATIVE


class ReactionTotalFactory(factory.django.DjangoModelFactory):
    """How many hearts a post has."""

    class Meta:
        model = ReactionTotal

    chat_id = -1001
    message_id = factory.Sequence(lambda n: n + 1)
    emoji = "❤"
    total = 12


class JobRunFactory(factory.django.DjangoModelFactory):
    """A job that was done."""

    class Meta:
        model = JobRun

    job = "prove_ledger"
    due_at = factory.Sequence(lambda n: clock.now() - timedelta(hours=n))
    finished_at = factory.LazyFunction(clock.now)


class HeartbeatFactory(factory.django.DjangoModelFactory):
    """A part that is well."""

    class Meta:
        model = Heartbeat

    name = factory.Sequence(lambda n: f"part-{n}")
    beat_at = factory.LazyFunction(clock.now)
    good_at = factory.SelfAttribute("beat_at")


class ReconciliationFindingFactory(factory.django.DjangoModelFactory):
    """A message nobody knows the fate of."""

    class Meta:
        model = ReconciliationFinding

    job = "core.outbox"
    kind = "message_undecided"
    object = factory.LazyFunction(lambda: str(uuid7()))
    facts = '{"method": "sendMessage"}'
    user_id = factory.Sequence(lambda n: 1_000_000 + n)
    open_key = factory.LazyAttribute(lambda row: f"{row.job}:{row.kind}:{row.object}")


class WebhookEndpointFactory(factory.django.DjangoModelFactory):
    """A program that listens to everything."""

    class Meta:
        model = WebhookEndpoint

    name = factory.Sequence(lambda n: f"Contabilidad {n}")
    url = "https://cuentas.example/yabot"


class WebhookDeliveryFactory(factory.django.DjangoModelFactory):
    """A call that waits."""

    class Meta:
        model = WebhookDelivery

    class Params:
        event = factory.SubFactory(EventRecordFactory)
        dead = factory.Trait(
            state=CallState.DEAD, attempts=14, error="503: no", finished_at=factory.LazyFunction(clock.now)
        )
        done = factory.Trait(
            state=CallState.DONE, attempts=1, status_code=200, finished_at=factory.LazyFunction(clock.now)
        )

    endpoint = factory.SubFactory(WebhookEndpointFactory)
    event_id = factory.SelfAttribute("event.id")
    type = factory.SelfAttribute("event.type")
    user_id = factory.SelfAttribute("event.user_id")
    sequence = factory.SelfAttribute("event.sequence")
    correlation_id = factory.SelfAttribute("event.correlation_id")


class OperationSampleFactory(factory.django.DjangoModelFactory):
    """An operation that failed."""

    class Meta:
        model = OperationSample

    kind = "send"
    module = "core"
    name = "sendMessage"
    ms = 42.0
    success = False
    error = "403 Forbidden"
    correlation_id = factory.LazyFunction(uuid7)


class QueueSampleFactory(factory.django.DjangoModelFactory):
    """What waited at one moment."""

    class Meta:
        model = QueueSample

    inbound = 1
    deliveries = 2
    outgoing = 3
    dead = 0


FACTORIES = {
    factory_class._meta.model: factory_class
    for factory_class in (
        TelegramUserFactory,
        TelegramChatFactory,
        InboundUpdateFactory,
        EventRecordFactory,
        DeliveryFactory,
        OutgoingMessageFactory,
        ReactionFactory,
        ReactionTotalFactory,
        JobRunFactory,
        HeartbeatFactory,
        OperationSampleFactory,
        ReconciliationFindingFactory,
        WebhookEndpointFactory,
        WebhookDeliveryFactory,
    )
}
