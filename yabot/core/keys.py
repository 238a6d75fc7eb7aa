"""Module keys: made, shown once, checked, replaced with an overlap, withdrawn."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from yabot.core import clock
from yabot.core.errors import DomainError
from yabot.core.models import ModuleKey
from yabot.core.transactions import atomic

MODULES = ("core", "narrative", "gamification", "channeladmin")
VERBS = ("read", "write")
RIGHTS = (
    *(f"{module}:{verb}" for module in MODULES for verb in VERBS),
    *(f"{module}:ports" for module in ("gamification", "channeladmin")),  # what other processes of ours ask
    "narrative:drafts",  # apart from narrative:read, because what nobody has published is a secret
    "core:webhooks",  # apart from core:write, because whoever adds a webhook hears of everything
    "core:metrics",  # apart from core:read, because a monitor needs to know no reader
)
OVERLAP = timedelta(hours=24)
USE_NOTED_EVERY = timedelta(minutes=1)
SCHEME = "yk"


class KeyRefused(DomainError):
    """A key that does not open the door. ``status`` is HTTP's: 401 who are you, 403 not you."""

    status: ClassVar[int] = 401
    spanish: ClassVar[str] = ""
    english: ClassVar[str] = ""

    def sentence(self, language: str) -> str:
        """What is wrong with the key."""
        return self.english if language == "en" else self.spanish


class KeyMissing(KeyRefused):
    """No key came with the request."""

    code = "AUTH001"
    spanish = "Falta la llave: Authorization: Bearer yk_…"
    english = "The key is missing: Authorization: Bearer yk_…"


class KeyUnknown(KeyRefused):
    """There is no such key."""

    code = "AUTH002"
    spanish = "Esta llave no se conoce."
    english = "This key is not known."


class KeyExpired(KeyRefused):
    """Its time is over."""

    code = "AUTH003"
    spanish = "Esta llave ha caducado."
    english = "This key has expired."


class KeyNotPermitted(KeyRefused):
    """A good key without this right."""

    code = "AUTH004"
    status = 403
    spanish = "Esta llave no tiene permiso para esto."
    english = "This key may not do this."


class KeyRevoked(KeyRefused):
    """It was withdrawn."""

    code = "AUTH005"
    spanish = "Esta llave fue retirada."
    english = "This key was withdrawn."


class UnknownRight(DomainError):
    """A right that does not exist."""

    code = "KEY001"

    def __init__(self, right: str) -> None:
        super().__init__(right)
        self.right = right

    def sentence(self, language: str) -> str:
        """Which one, and which there are."""
        known = ", ".join(RIGHTS)
        if language == "en":
            return f"“{self.right}” is not a right. There are: {known}."
        return f"«{self.right}» no es un permiso. Hay: {known}."


class NoSuccessor(DomainError):
    """A key that has ended, or whose successor is at work, is not replaced."""

    code = "KEY002"

    def sentence(self, language: str) -> str:
        """Why, and what to do."""
        if language == "en":
            return (
                "This key expired, was withdrawn, or has a successor in use: make a new key, or replace the successor."
            )
        return "Esta llave caducó, fue retirada o tiene una sucesora en uso: haz una nueva, o cambia la sucesora."


@atomic
def create(
    name: str, rights: Iterable[str], *, expires_at: datetime | None = None, user_id: int | None = None
) -> tuple[ModuleKey, str]:
    """A new key and its secret, which nobody can show again. With ``user_id`` it sees that reader alone.

    Raises UnknownRight.
    """
    wanted = sorted(set(rights))
    for right in wanted:
        if right not in RIGHTS:
            raise UnknownRight(right)
    now = clock.now()
    key = ModuleKey(name=name, rights=" ".join(wanted), user_id=user_id, created_at=now, expires_at=expires_at)
    key.lifetime = expires_at - now if expires_at else None
    return key, _save_with_secret(key)


def _save_with_secret(key: ModuleKey) -> str:
    key.prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    key.secret_hash = _hash(secret)
    key.save(force_insert=True)
    return f"{SCHEME}_{key.prefix}_{secret}"


@atomic
def rotate(key_id: UUID, *, overlap: timedelta = OVERLAP) -> tuple[ModuleKey, str]:
    """A successor with the same rights, for as long as the old key was made for; that one works for ``overlap`` more.

    Replaced again, a key has one successor: an earlier one, which nobody has used, is withdrawn. Raises NoSuccessor
    and ModuleKey.DoesNotExist.
    """
    old, now = ModuleKey.objects.get(pk=key_id), clock.now()
    ends = min(now + overlap, old.expires_at or datetime.max.replace(tzinfo=UTC))
    mine = ModuleKey.objects.filter(pk=key_id, revoked_at=None)
    if state_of(old) != "active" or not mine.update(expires_at=ends):
        raise NoSuccessor
    later = ModuleKey.objects.filter(line=old.owner, pk__gt=old.pk, revoked_at=None)
    if later.exclude(last_used_at=None).exists():
        raise NoSuccessor
    later.update(revoked_at=now)
    new = ModuleKey(name=old.name, rights=old.rights, user_id=old.user_id, line=old.owner, lifetime=old.lifetime)
    new.created_at, new.expires_at = now, now + old.lifetime if old.lifetime else None
    return new, _save_with_secret(new)


@atomic
def revoke(key_id: UUID) -> bool:
    """Withdraw the key at once; False when it was withdrawn before."""
    return bool(ModuleKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=clock.now()))


def check(presented: str) -> ModuleKey:
    """The key somebody presents. Raises KeyUnknown, KeyExpired or KeyRevoked.

    Its last use is noted once a minute at most.
    """
    scheme, _, rest = presented.partition("_")
    prefix, _, secret = rest.partition("_")
    key = ModuleKey.objects.filter(prefix=prefix[:16]).first() if scheme == SCHEME else None
    known = key.secret_hash if key else _hash("")
    if not hmac.compare_digest(known, _hash(secret)) or key is None:
        raise KeyUnknown
    if state_of(key) != "active":
        raise KeyRevoked if key.revoked_at else KeyExpired
    now = clock.now()
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        ModuleKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def state_of(key: ModuleKey) -> str:
    """``active``, ``expired`` or ``revoked``."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= clock.now() else "active"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
