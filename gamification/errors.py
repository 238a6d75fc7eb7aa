"""What the economy refuses."""

from typing import Any, ClassVar

from yabot.core.errors import DomainError


class EconomyError(DomainError):
    """A refusal with its facts: ``spanish`` and ``english`` may name any of them."""

    code: ClassVar[str] = "GAM000"
    spanish: ClassVar[str] = "Esto no se puede hacer con besitos."
    english: ClassVar[str] = "This cannot be done with besitos."

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(", ".join(f"{name}={value}" for name, value in facts.items()))

    def sentence(self, language: str) -> str:
        """What happened, for the person who asked."""
        return (self.english if language == "en" else self.spanish).format(**self.facts)


class NotEnoughBesitos(EconomyError):
    """The wallet holds less than what was asked of it. ``missing`` is the difference."""

    code = "GAM001"
    again = True  # a payment with the same reference may have taken them

    def __init__(self, *, missing: int) -> None:
        self.missing = missing
        super().__init__(missing=missing)

    def sentence(self, language: str) -> str:
        """How many are missing, in words."""
        if language == "en":
            return f"You are {self.missing} {'besito' if self.missing == 1 else 'besitos'} short."
        return "Te falta 1 besito." if self.missing == 1 else f"Te faltan {self.missing} besitos."


class InvalidAmount(EconomyError):
    """Besitos move in whole, positive numbers. Fact: ``amount``."""

    code = "GAM002"
    spanish = "La cantidad tiene que ser un número entero de besitos, mayor que cero: «{amount}» no vale."
    english = "The amount must be a whole number of besitos above zero: “{amount}” is not."


class ReferenceReused(EconomyError):
    """The reference stands for another movement. Fact: ``reference``."""

    code = "GAM003"
    spanish = "La referencia «{reference}» ya es de otro movimiento."
    english = "The reference “{reference}” already belongs to another movement."


class HoldEnded(EconomyError):
    """The hold was given back or taken already, in the other way. Fact: ``hold``."""

    code = "GAM004"
    spanish = "Esta reserva ya terminó."
    english = "This hold has already ended."


class UnknownHold(EconomyError):
    """There is no such hold. Fact: ``hold``."""

    code = "GAM005"
    spanish = "Esta reserva no existe."
    english = "There is no such hold."


class UnknownTransfer(EconomyError):
    """There is no such transfer. Fact: ``transfer``."""

    code = "GAM006"
    spanish = "Este movimiento no existe."
    english = "There is no such movement."


class NotCorrectable(EconomyError):
    """A hold is ended, not undone. Fact: ``transfer``."""

    code = "GAM007"
    spanish = "Una reserva no se deshace: se devuelve o se cobra."
    english = "A hold is not undone: it is released or captured."


class LedgerIsImmutable(EconomyError):
    """Somebody tried to change or delete what is written."""

    code = "GAM008"
    spanish = "Lo escrito en el libro no se cambia: se corrige con un asiento contrario."
    english = "What is written in the ledger is not changed: it is corrected by an opposite entry."
