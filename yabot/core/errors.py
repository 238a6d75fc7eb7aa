"""What every refusal of the domain has in common."""

from typing import ClassVar


class DomainError(Exception):
    """Something the domain refuses, with a stable ``code`` and a sentence for the person who asked."""

    code: ClassVar[str] = "YAB000"

    def sentence(self, language: str) -> str:
        """What happened, in ``language``: ``"en"``, or Spanish for any other."""
        return "This cannot be done." if language == "en" else "Esto no se puede hacer."
