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


class FragmentChanged(DomainError):
    """Somebody else changed the fragment meanwhile. Nothing was saved."""

    code = "NAR015"

    def __init__(self, by: str) -> None:
        super().__init__(f"changed by {by or 'somebody else'}")
        self.by = by

    def sentence(self, language: str) -> str:
        """Who was quicker."""
        if language == "en":
            return f"{self.by or 'Somebody else'} has changed this fragment meanwhile. Nothing of yours is lost."
        return f"{self.by or 'Otra persona'} ha cambiado este fragmento mientras tanto. No se ha perdido nada tuyo."


class FragmentInUse(DomainError):
    """Other fragments lead to this one, or the story begins with it. Nothing was deleted."""

    code = "NAR016"

    def __init__(self, users: tuple[str, ...], *, is_start: bool) -> None:
        super().__init__(f"used by {', '.join(users) or 'the story itself'}")
        self.users, self.is_start = users, is_start

    def sentence(self, language: str) -> str:
        """What leads here."""
        if self.is_start:
            return "The story begins here." if language == "en" else "La historia empieza aquí."
        names = ", ".join(f"«{user}»" for user in dict.fromkeys(self.users))
        return f"These lead here: {names}." if language == "en" else f"Hasta aquí llevan: {names}."


class KeyTaken(DomainError):
    """Another part of the story has this key. Nothing was saved."""

    code = "NAR017"

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def sentence(self, language: str) -> str:
        """Which key."""
        if language == "en":
            return f"The key “{self.key}” is taken already."
        return f"La clave «{self.key}» ya existe."


class WrongFile(DomainError):
    """A file that is not what its name says, or nothing Telegram shows. Nothing was kept."""

    code = "NAR018"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def sentence(self, language: str) -> str:
        """What may be sent."""
        if language == "en":
            return f"“{self.name}” is no picture, video or sound that Telegram shows, or larger than 20 MB."
        return f"«{self.name}» no es una imagen, un vídeo ni un sonido que Telegram muestre, o pasa de 20 MB."


class NotReady(DomainError):
    """A draft that may not come out: it has errors, or warnings that nobody gave a reason for."""

    code = "NAR019"

    def __init__(self, errors: int, warnings: int) -> None:
        super().__init__(f"{errors} errors, {warnings} warnings")
        self.errors, self.warnings = errors, warnings

    def sentence(self, language: str) -> str:
        """What stands in the way."""
        if self.errors:
            if language == "en":
                return f"It cannot be published with errors: {self.errors}."
            return f"No se puede publicar con errores: {self.errors}."
        if language == "en":
            return f"It has warnings ({self.warnings}): say why it is published with them."
        return f"Tiene avisos ({self.warnings}): di por qué se publica con ellos."


class NeverLive(DomainError):
    """A release that waits for its time, or was taken back before it came. Nobody can go back to it."""

    code = "NAR020"

    def __init__(self, number: int) -> None:
        super().__init__(str(number))
        self.number = number

    def sentence(self, language: str) -> str:
        """That it never came out."""
        if language == "en":
            return f"Release {self.number} never came out."
        return f"La edición {self.number} nunca llegó a salir."


class ReleaseIsImmutable(DomainError):
    """Somebody tried to change or delete what has been released."""

    code = "NAR048"

    def sentence(self, language: str) -> str:
        """That another release is made instead."""
        if language == "en":
            return "A release is not changed: another one is made."
        return "Una edición no se cambia: se hace otra."


class PriceNotAgreed(DomainError):
    """The choice costs more than the reader has agreed to pay without being asked. Nothing happened."""

    code = "NAR045"

    def __init__(self, price: int) -> None:
        super().__init__(str(price))
        self.price = price

    def sentence(self, language: str) -> str:
        """What it costs."""
        return f"This costs {self.price} besitos." if language == "en" else f"Esto cuesta {self.price} besitos."


class NoSuchCode(DomainError):
    """No hint has this code. Nothing happened."""

    code = "NAR041"

    def sentence(self, language: str) -> str:
        """That the code opens nothing."""
        return "That code opens nothing." if language == "en" else "Ese código no abre nada."


class NoSuchLink(DomainError):
    """No link has this name: mistyped, or of another installation. Nothing happened."""

    code = "NAR046"

    def sentence(self, language: str) -> str:
        """That the link leads nowhere."""
        return "That link leads nowhere." if language == "en" else "Ese enlace no lleva a ninguna parte."


class NothingHappens(DomainError):
    """These two hints do not belong together, or are not open yet. Nothing happened."""

    code = "NAR042"

    def sentence(self, language: str) -> str:
        """That nothing came of it."""
        if language == "en":
            return "Nothing happens. These two do not belong together."
        return "No pasa nada. Esas dos no van juntas."


class CannotSplit(DomainError):
    """A text is not parted inside a format, nor at one of its ends. Nothing was saved."""

    code = "NAR047"

    def sentence(self, language: str) -> str:
        """Where to put the cursor."""
        if language == "en":
            return "Put the cursor between two paragraphs, outside of any format, and split it there."
        return "Pon el cursor entre dos párrafos, fuera de cualquier formato, y pártelo ahí."
