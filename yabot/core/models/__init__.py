"""The rows of the foundation."""

from yabot.core.models.bus import Delivery, EventRecord, EventStream, Priority
from yabot.core.models.inbound import InboundUpdate, UpdateState
from yabot.core.models.keys import IdempotentAnswer, ModuleKey
from yabot.core.models.leases import Heartbeat, JobRun, Lease
from yabot.core.models.metrics import OperationCount, OperationSample, ProcessReport, QueueSample
from yabot.core.models.outgoing import MessagePriority, MessageState, OutgoingMessage, TelegramFile
from yabot.core.models.people import BotStatus, KnownBot, TelegramChat, TelegramUser
from yabot.core.models.reactions import Reaction, ReactionSource, ReactionTotal
from yabot.core.models.reconciliation import FindingState, ReconciliationFinding, ReconciliationWalk
from yabot.core.models.staff import StaffTelegram
from yabot.core.models.webhooks import CallState, WebhookDelivery, WebhookEndpoint

__all__ = [
    "BotStatus",
    "CallState",
    "Delivery",
    "EventRecord",
    "EventStream",
    "FindingState",
    "Heartbeat",
    "IdempotentAnswer",
    "InboundUpdate",
    "JobRun",
    "KnownBot",
    "Lease",
    "MessagePriority",
    "MessageState",
    "ModuleKey",
    "OperationCount",
    "OperationSample",
    "OutgoingMessage",
    "Priority",
    "ProcessReport",
    "QueueSample",
    "Reaction",
    "ReactionSource",
    "ReactionTotal",
    "ReconciliationFinding",
    "ReconciliationWalk",
    "StaffTelegram",
    "TelegramChat",
    "TelegramFile",
    "TelegramUser",
    "UpdateState",
    "WebhookDelivery",
    "WebhookEndpoint",
]
