"""Operations between modules: one module declares what can be asked, the module that owns the answer provides it.

A *question* changes nothing. An *order* changes something, once for each ``reference``. Where the module runs in this
process the call is a function call in the caller's transaction; with ``<MODULE>_URL`` it goes to another process over
HTTP, and inside a transaction it is made between two runs of it (``yabot.core.errands``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from yabot.core import clock, errands, modules
from yabot.core.errors import DomainError, ModuleAway, Unavailable
from yabot.core.metrics import Kind, measured
from yabot.core.metrics import Operation as Measured

Q = TypeVar("Q")
A = TypeVar("A")

MOST_READERS = 1000  # in one question; a batch of the bus is never larger


class PortUnavailable(ModuleAway):
    """Nobody can answer now: the module does not run, does not answer in time, or nobody provides this at all."""

    def __init__(self, operation: str, why: str) -> None:
        super().__init__(f"{operation}: {why}")
        self.operation, self.why = operation, why


class PortBroken(PortUnavailable):
    """The module is there and breaks on this very question: waiting alone may never mend that."""

    passes = False


class Refused(DomainError):
    """The other module said no. ``code`` and the sentences are its own, wherever it runs."""

    def __init__(self, code: str, spanish: str, english: str) -> None:
        super().__init__(f"{code}: {english}")
        self.code = code  # type: ignore[misc]
        self.spanish, self.english = spanish, english

    @classmethod
    def of(cls, error: DomainError) -> "Refused":
        """The refusal of a service, as other modules see it."""
        refused = cls(error.code, error.sentence("es"), error.sentence("en"))
        refused.again = error.again
        return refused

    def sentence(self, language: str) -> str:
        """The other module's sentence."""
        return self.english if language == "en" else self.spanish


@dataclass(frozen=True, slots=True)
class Answer(Generic[A]):
    """An answer. A ``stale`` one is the last good one, of ``asked_at``: fit to be shown as such, not to decide by."""

    value: A
    asked_at: datetime
    stale: bool = False


class Operation(Generic[Q, A]):
    """One thing that ``module`` does for others. Declare it once, at the top of a module of this package."""

    known: ClassVar[dict[str, "Operation[Any, Any]"]] = {}
    is_order: ClassVar[bool] = False

    def __init__(self, module: str, name: str, asked: type[Q], answered: type[A], *, summary: str) -> None:
        self.module, self.name = module, name
        self.asked, self.answered = asked, answered
        self.summary = summary
        self._provider: Callable[[Q], A] | None = None
        self.known[self.full_name] = self

    @property
    def full_name(self) -> str:
        """``gamification:balances``."""
        return f"{self.module}:{self.name}"

    @property
    def is_provided(self) -> bool:
        """Whether this process can answer by itself."""
        return self._provider is not None

    def provide(self, provider: Callable[[Q], A]) -> None:
        """Answer with ``provider`` in this process; for the owning module's ``AppConfig.ready``, where it runs."""
        self._provider = provider

    def withdraw(self) -> None:
        """Answer no more."""
        self._provider = None

    def perform(self, asked: Q) -> A:
        """The answer of this process's own provider. Raises Refused and PortUnavailable."""
        if self._provider is None:
            raise PortUnavailable(self.full_name, "nobody provides it in this process")
        try:
            return self._provider(asked)
        except Unavailable:
            raise
        except DomainError as error:
            raise Refused.of(error) from error

    def _call(self, asked: Q) -> Answer[A]:
        address = modules.address_of(self.module)
        if not address:
            with measured(Measured(Kind.PORT, self.module, self.name)):
                return Answer(self.perform(asked), clock.now())
        from yabot.core.ports import remote  # only processes that ask others need an HTTP client

        return errands.bring((self.full_name, asked), lambda: remote.call(self, asked, address))


class Question(Operation[Q, A]):
    """An operation that changes nothing. While its module is away the last good answer is given, marked as stale."""

    def ask(self, asked: Q) -> Answer[A]:
        """The answer. Raises PortUnavailable when there is none, not even an old one."""
        return self._call(asked)

    def know(self, asked: Q) -> A:
        """The answer as it is now, to decide by. Raises PortUnavailable rather than giving an old one."""
        answer = self._call(asked)
        if answer.stale:
            raise PortUnavailable(self.full_name, "only an old answer is known")
        return answer.value


class Order(Operation[Q, A]):
    """An operation that changes something, once per ``reference``: repeating it gives the first outcome.

    A remote order is not part of the caller's transaction. It stays done when that rolls back, and its reference makes
    the repetition harmless.
    """

    is_order = True

    def give(self, order: Q) -> A:
        """Have it done; what came of it. Raises Refused, or PortUnavailable when it may not have been done."""
        return self._call(order).value
