"""What outgoing webhooks refuse."""

from typing import Any, ClassVar

from yabot.core.errors import DomainError


class WebhookError(DomainError):
    """A refusal with its facts: ``spanish`` and ``english`` may name any of them."""

    code: ClassVar[str] = "WHK000"
    spanish: ClassVar[str] = "Este webhook no se puede usar."
    english: ClassVar[str] = "This webhook cannot be used."

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(", ".join(f"{name}={value}" for name, value in facts.items()))

    def sentence(self, language: str) -> str:
        """What is wrong, for the person who asked."""
        return (self.english if language == "en" else self.spanish).format(**self.facts)


class NotHttps(WebhookError):
    """The address is not HTTPS, and not on this machine."""

    code = "WHK001"
    spanish = "La dirección tiene que empezar por https://."
    english = "The address must begin with https://."


class BadAddress(WebhookError):
    """No address that can be called: no host, a name and password in it, or a part that is never sent."""

    code = "WHK002"
    spanish = "La dirección no sirve: solo https://, un nombre y un camino, sin usuario, contraseña ni #."
    english = "The address does not work: only https://, a name and a path, without user, password or #."


class PrivateAddress(WebhookError):
    """The address leads into a private network, where nobody outside may have YABOT make calls."""

    code = "WHK003"
    spanish = "La dirección lleva a una red privada. Si es a propósito, pon WEBHOOK_PRIVATE_ADDRESSES=1."
    english = "The address leads into a private network. If that is intended, set WEBHOOK_PRIVATE_ADDRESSES=1."


class UnknownEvent(WebhookError):
    """An event type nobody publishes, or one that is not for other programs."""

    code = "WHK004"
    spanish = "No existe el evento {unknown}. Los que hay: {known}."
    english = "There is no event {unknown}. There are: {known}."


class EndpointOff(WebhookError):
    """The endpoint is switched off, so nothing is sent to it."""

    code = "WHK005"
    spanish = "El webhook está apagado: enciéndelo primero."
    english = "The webhook is switched off: switch it on first."


class NoSuchEndpoint(WebhookError):
    """There is no endpoint, or no delivery, with this id."""

    code = "WHK006"
    spanish = "No existe."
    english = "There is no such thing."
