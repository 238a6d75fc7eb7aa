"""What the fields of conditions and effects are called in sentences."""

# What the fields are called in sentences, as on the form: an editor never sees their names.
CALLED = {
    "item": ("el objeto", "the item"),
    "hint": ("la pista", "the hint"),
    "mission": ("la misión", "the mission"),
    "achievement": ("el logro", "the achievement"),
    "fragment": ("el fragmento", "the fragment"),
    "choice": ("la opción", "the choice"),
    "flag": ("la marca", "the flag"),
    "counter": ("el contador", "the counter"),
    "letter": ("la carta", "the letter"),
    "state": ("el estado", "the state"),
    "op": ("la comparación", "the comparison"),
    "days": ("los días", "the days"),
    "at_least": ("«al menos»", "“at least”"),
    "below": ("«menos de»", "“below”"),
    "count": ("«cuántos»", "“how many”"),
    "amount": ("«cuántos»", "“how many”"),
    "by": ("«cuántos»", "“how many”"),
    "times": ("«veces»", "“times”"),
    "n": ("«número»", "“number”"),
    "first": ("«desde el»", "“from”"),
    "last": ("«hasta el»", "“until”"),
    "start": ("«desde las»", "“from”"),
    "end": ("«hasta las»", "“until”"),
}


def called(name: str) -> tuple[str, str]:
    """What a field is called in Spanish and in English."""
    return CALLED.get(name, (f"«{name}»", f"“{name}”"))
