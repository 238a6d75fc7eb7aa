"""Finding the one bad item of a batch without stopping the others."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from django.db import InterfaceError, OperationalError

T = TypeVar("T")


def run_splitting(
    items: Sequence[T],
    run: Callable[[Sequence[T]], object],
    reject: Callable[[T, Exception], object],
    *,
    lane: Callable[[T], Hashable],
) -> int:
    """Run ``run(items)``; if it raises, halve the batch until the bad item stands alone and give it to ``reject``.

    ``run`` must be all or nothing. Items of one lane keep their order: after a rejected one, its lane's later items
    are left for another time. Trouble with the database itself is nobody's fault and is raised. Returns how many
    items were run well.
    """
    held: set[Hashable] = set()
    waiting = [list(items)]
    done = 0
    while waiting:
        batch = [item for item in waiting.pop() if lane(item) not in held]
        if not batch:
            continue
        try:
            run(batch)
            done += len(batch)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a receiver raises must not stop the others
            if len(batch) == 1:
                reject(batch[0], error)
                held.add(lane(batch[0]))
            else:
                middle = len(batch) // 2
                waiting += [batch[middle:], batch[:middle]]
    return done
