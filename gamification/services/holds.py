"""Besitos put aside: held once, ended once."""

from datetime import datetime
from uuid import UUID

from gamification.errors import HoldEnded, ReferenceReused, UnknownHold
from gamification.events import BesitosSpent
from gamification.models import SINK_ID, Account, AccountKind, Hold, HoldState, Reason, Transfer
from gamification.services import ledger
from gamification.services.ledger import Side
from yabot.core import clock, correlation
from yabot.core.correlation import Trace
from yabot.core.events import publish
from yabot.core.transactions import atomic


@ledger.settled
@atomic
def hold(
    *,
    user_id: int,
    amount: int,
    reason: str,
    reference: str,
    expires_at: datetime | None = None,
    trace: Trace | None = None,
) -> Hold:
    """Put ``amount`` besitos aside, once per ``reference``. ``reason`` is what they may be spent on.

    With ``expires_at``, ``release_due`` gives them back then, unless they were taken.
    Raises NotEnoughBesitos (nothing is written then), InvalidAmount or ReferenceReused. Announces nothing.
    """
    ledger.check_amount(amount)
    known = Hold.objects.filter(reference=reference).first()
    if known and (known.user_id, known.amount) == (user_id, amount):
        return known
    if known or Transfer.objects.filter(reference=reference).exists():
        raise ReferenceReused(reference=reference)
    source = ledger.take(AccountKind.USER, user_id, amount)
    target = ledger.put(AccountKind.HOLD, user_id, amount)
    cause = trace or correlation.current()
    ledger.move(user_id, amount, Reason.HOLD, reference, sides=(source, target), cause=cause)
    return Hold.objects.create(
        user_id=user_id, amount=amount, reference=reference, reason=str(reason), expires_at=expires_at
    )


@atomic
def release(hold_id: UUID, *, trace: Trace | None = None) -> Hold:
    """Give the besitos back. A repeated call changes nothing. Announces nothing.

    Raises UnknownHold, or HoldEnded when they were taken.
    """
    held = _find(hold_id)
    if _end(held, HoldState.RELEASED):
        source = ledger.take(AccountKind.HOLD, held.user_id, held.amount)
        target = ledger.put(AccountKind.USER, held.user_id, held.amount)
        cause = trace or correlation.current()
        sides = (source, target)
        ledger.move(held.user_id, held.amount, Reason.RELEASE, f"release:{held.pk}", sides=sides, cause=cause)
    return held


def release_due() -> int:
    """Give back what was held until now or earlier; how many holds.

    Each is a transaction of its own, so that a long list makes nobody wait. One that is captured meanwhile stays so:
    until it is given back, a hold that is due can still be taken.
    """
    due = Hold.objects.filter(state=HoldState.HELD, expires_at__lte=clock.now()).order_by("expires_at")
    return sum(release_in_time(hold_id) for hold_id in list(due.values_list("pk", flat=True)))


def release_in_time(hold_id: UUID) -> bool:
    """Give the besitos back unless they were taken meanwhile; whether that is so."""
    try:
        release(hold_id)
    except HoldEnded:
        return False
    return True


@atomic
def capture(hold_id: UUID, *, trace: Trace | None = None) -> Transfer:
    """Take the besitos for good. A repeated call returns the first transfer.

    Raises UnknownHold, or HoldEnded when they were given back.
    """
    held = _find(hold_id)
    reference = f"capture:{held.pk}"
    if _end(held, HoldState.CAPTURED):
        cause = trace or correlation.current()
        sides = (ledger.take(AccountKind.HOLD, held.user_id, held.amount), Side(SINK_ID))
        transfer = ledger.move(held.user_id, held.amount, held.reason, reference, sides=sides, cause=cause)
        publish([_spent(held, transfer.pk, cause)])
    return Transfer.objects.get(reference=reference)


def _find(hold_id: UUID) -> Hold:
    found = Hold.objects.filter(pk=hold_id).first()
    if found is None:
        raise UnknownHold(hold=hold_id)
    return found


def _end(held: Hold, state: HoldState) -> bool:
    """End the hold if nobody has: True for the one who did. Raises HoldEnded when it ended the other way."""
    now = clock.now()
    mine = Hold.objects.filter(pk=held.pk, state=HoldState.HELD).update(state=state, ended_at=now)
    held.refresh_from_db()
    if held.state != state:
        raise HoldEnded(hold=held.pk)
    return bool(mine)


def _spent(held: Hold, transfer_id: UUID, cause: Trace) -> BesitosSpent:
    wallet = Account.objects.filter(kind=AccountKind.USER, user_id=held.user_id)
    return BesitosSpent(
        user_id=held.user_id,
        trace=cause,
        amount=held.amount,
        balance=wallet.values_list("balance", flat=True).get(),
        reason=held.reason,
        reference=held.reference,
        transfer_id=transfer_id,
    )
