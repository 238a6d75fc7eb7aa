"""The counts on the buttons against the hearts behind them, a window at a time."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from channeladmin.models import HeartPost
from channeladmin.services import hearts
from yabot.core.models import Delivery
from yabot.core.reconciliation import Check, Discrepancy, Kind, Window, windows

MODULE = "channeladmin"
POSTS = 100
MISCOUNTED = "hearts_miscounted"


def look_at_posts(position: str) -> Window:
    """Posts whose button shows another number than there are settled hearts, while nothing waits to be counted."""
    columns = ("id", "chat_id", "message_id", "count")
    before = windows.settled_before()
    deliveries = Delivery.objects.filter(module=MODULE)  # asked twice: each question has an index
    is_busy = deliveries.filter(dead_at=None).exists() or deliveries.filter(dead_at__isnull=False).exists()
    found, after = windows.by_id(HeartPost.objects.all(), position, *columns, size=POSTS)
    if is_busy:
        return Window(len(found), after)
    posts = [(chat_id, message_id) for _key, chat_id, message_id, _count in found]
    settled = hearts.counts_of(posts, before=before)
    all_of_them = hearts.counts_of(posts)
    wrong = [
        Discrepancy(
            MISCOUNTED, str(key), {"post": f"{chat}/{message}", "shown": shown, "hearts": settled[chat, message]}
        )
        for key, chat, message, shown in found
        if not settled[chat, message] <= shown <= all_of_them[chat, message]
    ]
    return Window(len(found), after, wrong)


def count_again(found: Sequence[Discrepancy]) -> list[Discrepancy]:
    """Count the hearts of these posts, as with each press."""
    changed = {str(row.pk) for row in hearts.recount(HeartPost.objects.filter(pk__in=[one.object for one in found]))}
    return [one for one in found if one.object in changed]


CHECKS = (
    Check(
        "channeladmin.hearts",
        _("Los corazones y el número de su botón"),
        look_at_posts,
        {
            MISCOUNTED: Kind(
                _("El botón de la publicación %(post)s decía %(shown)s y hay %(hearts)s corazones."),
                _("Se volvieron a contar y el botón se corrigió."),
                count_again,
                page="channeladmin.heartpost",
            )
        },
    ),
)
