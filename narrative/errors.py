"""What the story refuses. Codes begin with NAR."""

from collections.abc import Mapping

from yabot.core.errors import DomainError

Said = Mapping[str, str]  # a sentence in each language


class ChoiceGone(DomainError):
    """There is no such choice where the reader stands: an old button, or a changed story. Nothing happened."""

    code = "NAR011"

    def sentence(self, language: str) -> str:
        """That the button is an old one."""
        if language == "en":
            return "That button belongs to another moment of the story."
        return "Ese botón es de otro momento de la historia."


class ChoiceClosed(DomainError):
    """The choice is locked for this reader now; ``reasons`` says why. Nothing happened."""

    code = "NAR012"

    def __init__(self, reasons: Said) -> None:
        super().__init__(reasons["en"])
        self.reasons = reasons

    def sentence(self, language: str) -> str:
        """What is missing."""
        return self.reasons["en" if language == "en" else "es"]


class StoryNotFound(DomainError):
    """There is no such story, or it is not published."""

    code = "NAR013"

    def sentence(self, language: str) -> str:
        """That there is none."""
        return "There is no such story." if language == "en" else "Esa historia no existe."


class NoUndo(DomainError):
    """This step cannot be taken back. Nothing happened."""

    code = "NAR014"

    def sentence(self, language: str) -> str:
        """That there is no way back."""
        return "This cannot be undone." if language == "en" else "Esto no se puede deshacer."
