"""The foundation: users and chats, the event bus, the Telegram gateway, the outbox. It knows no module.

Owns: ``TelegramUser``, ``TelegramChat``, ``Reaction``, ``ReactionTotal``, ``EventRecord``, ``Delivery``,
``InboundUpdate``, ``OutgoingMessage``, leases and job runs.
Announces: ``reaction_detected``, ``reactions_counted``.
"""
