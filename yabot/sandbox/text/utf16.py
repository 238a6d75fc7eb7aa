"""Telegram counts entity offsets in UTF-16 code units."""


def utf16_length(text: str) -> int:
    """How many UTF-16 code units the text takes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The piece of text an entity covers."""
    if text.isascii():
        return text[offset : offset + length]
    return text.encode("utf-16-le")[offset * 2 : (offset + length) * 2].decode("utf-16-le", "replace")


def is_boundary(text: str, offset: int) -> bool:
    """Whether the offset lies inside the text and not in the middle of a symbol."""
    if offset < 0:
        return False
    if text.isascii():
        return offset <= len(text)
    units = text.encode("utf-16-le")
    if offset * 2 >= len(units):
        return offset * 2 == len(units)
    return not 0xDC <= units[offset * 2 + 1] <= 0xDF
