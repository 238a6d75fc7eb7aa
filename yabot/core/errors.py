"""What every refusal of the domain has in common, and the troubles that any part may meet.

Codes are stable: people report them, programs decide by them. ``SVC``: something we need is away. ``LIM``: too much at
once. ``SES``: what was begun is over.
"""

from typing import ClassVar


class DomainError(Exception):
    """Something the domain refuses, with a stable ``code`` and a sentence for the person who asked."""

    code: ClassVar[str] = "YAB000"
    again: bool = False  # whether the same thing, done at the same moment, may be why: another try finds it then

    def sentence(self, language: str) -> str:
        """What happened, in ``language``: ``"en"``, or Spanish for any other."""
        return "This cannot be done." if language == "en" else "Esto no se puede hacer."


class Trouble(DomainError):
    """Not the asker's doing. The sentence ends with the code, for them to report."""

    spanish: ClassVar[str] = "Algo se rompió aquí."
    english: ClassVar[str] = "Something broke here."

    def sentence(self, language: str) -> str:
        """What happened, what to do, and the code."""
        said, word = (self.english, "Code") if language == "en" else (self.spanish, "Código")
        return f"{said} {word} {self.code}."


class Unavailable(Trouble):
    """Something that is needed is away for now: the same again, later, may well work.

    ``passes``: waiting is all it takes, however long.
    """

    code = "SVC000"
    passes: ClassVar[bool] = True
    spanish = "Servicio no disponible. Vuelve a intentarlo en un momento."
    english = "Service unavailable. Try again in a moment."


class DatabaseAway(Unavailable):
    """The database does not answer."""

    code = "SVC001"


class ModuleAway(Unavailable):
    """A part of the system does not run here, or does not answer."""

    code = "SVC002"


RETRY_SECONDS = 10  # when who met something Unavailable may ask again


class TooMuchAtOnce(Trouble):
    """More requests than are taken in so short a time."""

    code = "LIM001"
    spanish = "Por favor, intenta de nuevo en unos segundos."
    english = "Please try again in a few seconds."


class SessionLost(Trouble):
    """What this belongs to is not known any more: an old screen, a login that ran out."""

    code = "SES001"
    spanish = "Sesión expirada, por favor reinicia."
    english = "Session expired, please start again."
