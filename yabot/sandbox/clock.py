"""The world's clock: real time plus what people moved it by."""

import time

EPOCH = 1_767_225_600  # 1 January 2026: numbers counted from here stay small


class Clock:
    """Tells the time in seconds; ``advance`` moves it forward only, as time does."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Seconds since 1970, as Telegram writes dates."""
        return int(time.time() + self.offset)

    def exact(self) -> float:
        """The same with fractions."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> int:
        """Move the clock forward and tell the new time."""
        self.offset += max(0.0, seconds)
        return self.now()


def first_number() -> int:
    """Milliseconds since 2026: a world made later starts above everything an earlier one used."""
    return int((time.time() - EPOCH) * 1000)


def first_message_id() -> int:
    """Seconds since 2026, for message ids, which Telegram keeps within 31 bits."""
    return int(time.time() - EPOCH)
