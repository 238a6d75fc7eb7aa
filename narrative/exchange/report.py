"""What an import would make, and what is to be said about it, before anything is made."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """Something to look at after an import: a code, the passage and its line (0: unknown), and what it is."""

    code: str
    passage: str
    line: int
    es: str
    en: str

    def sentence(self, language: str) -> str:
        """What it is, and where."""
        said = self.en if language == "en" else self.es
        place = f"{self.passage}:{self.line}" if self.line else self.passage
        return f"{place}: {said}" if place else said


@dataclass(frozen=True, slots=True)
class Report:
    """What an import would make, before anything is made."""

    passages: int = 0
    links: int = 0
    macros: int = 0
    pictures: int = 0
    broken: int = 0
    dropped: int = 0
    notes: tuple[Note, ...] = ()

    def summary(self, language: str) -> str:
        """In one sentence."""
        if language == "en":
            return (
                f"{self.passages} fragments, {self.links} choices, {self.macros} macros, {self.broken} broken links; "
                f"{self.pictures} remote pictures were not fetched, {self.dropped} scripts or styles were left out."
            )
        return (
            f"{self.passages} fragmentos, {self.links} opciones, {self.macros} macros, {self.broken} enlaces rotos; "
            f"{self.pictures} imágenes remotas no se han traído, {self.dropped} guiones o estilos se han dejado fuera."
        )
