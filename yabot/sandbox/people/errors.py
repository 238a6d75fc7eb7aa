"""What a person cannot do in the simulated Telegram."""


class Impossible(Exception):
    """Telegram's apps would not let this person do this here; the message says why."""
