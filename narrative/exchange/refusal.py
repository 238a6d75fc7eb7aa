"""Why a file is not taken."""

from yabot.core.errors import DomainError

MOST_BYTES = 5_000_000
MOST_PASSAGES = 5_000


class ExchangeError(DomainError):
    """A file that is not taken; nothing of it was kept."""

    def __init__(self, code: str, es: str, en: str) -> None:
        super().__init__(en)
        self.code = code  # type: ignore[misc]  # one class, many reasons
        self._es, self._en = es, en

    def sentence(self, language: str) -> str:
        """What is wrong with it."""
        return self._en if language == "en" else self._es


def too_large(size: int, most: int = MOST_BYTES) -> ExchangeError:
    """More than anybody writes."""
    return ExchangeError("NAR021", f"Tiene {size} bytes; se admiten {most}.", f"It has {size} bytes; {most} are taken.")


def decoded(data: bytes) -> str:
    """The text of a file. Raises ExchangeError for what is too large or no UTF-8, naming the byte."""
    if len(data) > MOST_BYTES:
        raise too_large(len(data))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = error.start
        raise ExchangeError(
            "NAR022", f"No es UTF-8: falla en el byte {place}.", f"It is not UTF-8: byte {place} is wrong."
        ) from None
