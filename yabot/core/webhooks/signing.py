"""Secrets and signatures.

No secret is stored: it is derived from SECRET_KEY and the endpoint's salt, so a stolen database signs nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from yabot.core.models import WebhookEndpoint

HEADER: Final = "X-YABOT-Signature"
PREFIX: Final = "whsec_"


def secret(endpoint: WebhookEndpoint, salt: str | None = None) -> str:
    """The endpoint's signing secret, as its owner was shown it once."""
    return derived(endpoint.pk, endpoint.salt if salt is None else salt)


def derived(endpoint_id: UUID | str, salt: str) -> str:
    """The secret that this endpoint has with this salt, whether it is still good or not."""
    said = f"webhook:{endpoint_id}:{salt}"
    made = hmac.digest(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256)
    return PREFIX + base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def secrets(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """The secrets that are good now: after a change, the one before as well for a while."""
    both = [secret(endpoint)]
    if endpoint.previous_salt and endpoint.previous_until and endpoint.previous_until > now:
        both.append(secret(endpoint, endpoint.previous_salt))
    return both


def sign(body: bytes, keys: Sequence[str], now: datetime) -> str:
    """The signature's header: the time, and for each secret the HMAC-SHA256 of time, a full stop and body."""
    moment = int(now.timestamp())
    made = [hmac.digest(key.encode(), f"{moment}.".encode() + body, hashlib.sha256).hex() for key in keys]
    return ",".join([f"t={moment}", *(f"v1={signature}" for signature in made)])
