"""Stories coming in and going out: bundles, Twine, and files for translators. Bytes in, values out; nothing is fetched.

Whatever is read here was written by strangers: sizes are bounded, nothing in a file is run, and what cannot be read
is refused with a sentence.
"""

from narrative.exchange.bundle import Bundle, read_bundle, write_bundle
from narrative.exchange.catalogues import read_po, write_po
from narrative.exchange.detect import Brought, read_any
from narrative.exchange.refusal import ExchangeError
from narrative.exchange.tables import read_csv, write_csv
from narrative.exchange.twee import write_twee

__all__ = [
    "Brought",
    "Bundle",
    "ExchangeError",
    "read_any",
    "read_bundle",
    "read_csv",
    "read_po",
    "write_bundle",
    "write_csv",
    "write_po",
    "write_twee",
]
