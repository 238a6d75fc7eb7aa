"""The economy against the event log, and its books against themselves, a window at a time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext_lazy as _

from gamification.models import Account, Hold, HoldState, Reason, Transfer
from gamification.services import holds, proof, rewards, rules, wallets
from yabot.core import delivery
from yabot.core.models import BotStatus, EventRecord, Reaction, TelegramChat
from yabot.core.reactions import same_emoji
from yabot.core.reconciliation import Check, Discrepancy, Kind, Window, windows

MODULE = "gamification"
REACTION_DETECTED = "reaction_detected"
NOTICED = timedelta(minutes=1)  # other processes may pay by yesterday's rules for two seconds
ACCOUNTS = 200

UNPAID = "reaction_unpaid"
UNBALANCED = "balance_wrong"
UNPAIRED = "transfer_wrong"
UNFOUNDED = "reward_without_reaction"
HELD_TOO_LONG = "hold_not_released"


def look_at_rewards(position: str) -> Window:
    """Reactions that certainly earn besitos, were not paid, and of which no delivery waits any more, dead or alive.

    Certain is what every rule has said, unchanged, since before the reaction; what a daily cap may refuse never is.
    """
    columns = ("id", "type", "user_id", "payload", "occurred_at")
    found, after = windows.by_id(EventRecord.objects.all(), position, *columns)
    reactions = [row for row in found if row[1] == REACTION_DETECTED and row[2] is not None]
    waiting = delivery.waiting_for(MODULE, [row[0] for row in reactions])
    owed = _owed([row for row in reactions if row[0] not in waiting])
    paid = wallets.used([reference for reference, _ in owed])
    return Window(len(found), after, [one for reference, one in owed if reference not in paid])


def _owed(reactions: Sequence[tuple[Any, ...]]) -> list[tuple[str, Discrepancy]]:
    """What these reactions certainly earned: each with the reference of its transfer."""
    since = rules.unchanged_since()
    if since is None or not reactions:
        return []
    now = rules.current()
    administered = dict(
        TelegramChat.objects.filter(bot_status=BotStatus.ADMINISTRATOR).values_list("pk", "bot_status_at")
    )
    owed: list[tuple[str, Discrepancy]] = []
    for event_id, _type, user_id, payload, occurred_at in reactions:
        facts = orjson.loads(payload)
        chat_id = facts["chat_id"]
        rule = now.find(chat_id, same_emoji(facts["emoji"]))
        certain_since = max(since, administered.get(chat_id, since))
        if rule and rule.daily_cap is None and occurred_at > certain_since + NOTICED:
            reference = rewards.reference_of(chat_id, facts["message_id"], user_id)
            shown = {"person": user_id, "amount": rule.amount, "reference": reference}
            owed.append((reference, Discrepancy(UNPAID, str(event_id), shown, user_id)))
    return owed


def hear_again(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Put back the lost deliveries of these events: they are paid as they would have been."""
    made = delivery.put_back(MODULE, [UUID(one.object) for one in found])
    return [one for one in found if UUID(one.object) in made]


def look_at_transfers(position: str) -> Window:
    """Transfers whose two entries are not right, and rewards of reactions nobody gave."""
    columns = ("id", "reference", "user_id", "reason", "amount")
    found, after = windows.by_id(Transfer.objects.all(), position, *columns)
    if not found:
        return Window(0)
    window = Transfer.objects.filter(pk__gte=found[0][0], pk__lte=found[-1][0])
    wrong = set(proof.unpaired(window).values_list("pk", flat=True))
    unfounded = _unfounded([row for row in found if row[3] == Reason.REACTION])
    return Window(
        len(found),
        after,
        [
            Discrepancy(kind, str(row[0]), {"person": row[2], "amount": row[4], "reference": row[1]}, row[2])
            for kind, keys in ((UNPAIRED, wrong), (UNFOUNDED, unfounded))
            for row in found
            if row[0] in keys
        ],
    )


def _unfounded(rewarded: Sequence[tuple[Any, ...]]) -> set[UUID]:
    """Those of these rewards whose reaction is not known."""
    reasons = {row[0]: tuple(map(int, row[1].split(":")[1:])) for row in rewarded if row[1].count(":") == 3}
    given = Reaction.objects.filter(
        chat_id__in={chat for chat, _m, _u in reasons.values()},
        message_id__in={message for _c, message, _u in reasons.values()},
        user_id__in={user for _c, _m, user in reasons.values()},
    )
    known = set(given.values_list("chat_id", "message_id", "user_id"))
    return {key for key, reaction in reasons.items() if reaction not in known}


def look_at_accounts(position: str) -> Window:
    """Wallets and holds whose balance is not the sum of their entries. Looked at twice: it must stand still."""
    columns = ("id", "user_id")
    found, after = windows.by_id(Account.objects.all(), position, *columns, size=ACCOUNTS)
    window = Account.objects.filter(pk__in=[row[0] for row in found], kind__in=proof.KEPT).order_by()
    wrong = _unbalanced(window)
    again = _unbalanced(Account.objects.filter(pk__in=[row[0] for row in wrong]).order_by()) if wrong else set()
    return Window(
        len(found),
        after,
        [
            Discrepancy(UNBALANCED, str(key), {"person": user_id or 0, "balance": balance, "sum": real}, user_id)
            for key, user_id, balance, real in sorted(wrong & again)
        ],
    )


def _unbalanced(accounts: Any) -> set[tuple[Any, ...]]:
    return set(proof.unbalanced(accounts).values_list("pk", "user_id", "balance", "real"))


def look_at_holds(position: str) -> Window:
    """Holds that ran out and were not given back."""
    late = Hold.objects.filter(state=HoldState.HELD, expires_at__lt=windows.settled_before()).order_by("expires_at")
    rows = list(late.values_list("id", "user_id", "amount")[: windows.SIZE])
    return Window(
        len(rows),
        "",
        [
            Discrepancy(HELD_TOO_LONG, str(key), {"person": user_id, "amount": amount}, user_id)
            for key, user_id, amount in rows
        ],
    )


def give_back(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Release these holds, as the job does every minute."""
    held = Hold.objects.filter(pk__in=[one.object for one in found], state=HoldState.HELD)
    still = {str(key) for key in held.values_list("pk", flat=True)}
    return [one for one in found if one.object in still and holds.release_in_time(UUID(one.object))]


CHECKS = (
    Check(
        "gamification.rewards",
        _("Las reacciones y sus besitos"),
        look_at_rewards,
        {
            UNPAID: Kind(
                _("Una reacción de %(person)s tenía que haber ganado %(amount)s besitos y nadie se los dio."),
                _("El evento se entregó otra vez a la economía, que paga cada reacción una sola vez."),
                hear_again,
                page="core.eventrecord",
                once=True,
            )
        },
    ),
    Check(
        "gamification.transfers",
        _("Los movimientos y sus asientos"),
        look_at_transfers,
        {
            UNPAIRED: Kind(
                _("El movimiento de %(amount)s besitos de %(person)s no tiene bien sus dos asientos."),
                _("Alguien tocó el libro. No entregues besitos a mano: compara con la última copia de seguridad."),
                page="gamification.transfer",
            ),
            UNFOUNDED: Kind(
                _("%(person)s cobró %(amount)s besitos por una reacción que no consta."),
                _("Si no debió cobrarlos, deshaz el movimiento con un asiento contrario."),
                page="gamification.transfer",
            ),
        },
    ),
    Check(
        "gamification.balances",
        _("Los saldos y sus movimientos"),
        look_at_accounts,
        {
            UNBALANCED: Kind(
                _("El saldo de %(person)s dice %(balance)s besitos y sus movimientos suman %(sum)s."),
                _("Valen los movimientos. Averigua quién tocó el saldo antes de corregir nada."),
                page="gamification.account",
            )
        },
    ),
    Check(
        "gamification.holds",
        _("Las reservas vencidas"),
        look_at_holds,
        {
            HELD_TOO_LONG: Kind(
                _("Una reserva de %(amount)s besitos de %(person)s venció y no se había devuelto."),
                _("Se devolvió a su monedero."),
                give_back,
                page="gamification.hold",
            )
        },
    ),
)
