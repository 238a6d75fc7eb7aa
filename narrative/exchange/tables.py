"""Tables for translators: CSV, for a spreadsheet."""

import csv
import io
import re

from narrative.exchange.refusal import ExchangeError, decoded
from narrative.exchange.translations import Row, Stale, rows
from narrative.story.content import Story

COLUMNS = ("reference", "state", "source", "translation")
CSV_FIELD = 131_072
# Where a spreadsheet would begin a formula: at the start of a cell, or after what it may take for the end of one.
_START = re.compile(r"\A(?='*[=+\-@\t\r\n])|(?<=[,;\t\r\n])(?='*[=+\-@])")
_GUARDED = re.compile(r"\A'(?='*[=+\-@\t\r\n])|(?<=[,;\t\r\n])'(?='*[=+\-@])")


def write_csv(story: Story, language: str, stale: Stale) -> str:
    """A table. What a spreadsheet would take for a formula has an apostrophe before it."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    table.writerow(COLUMNS)
    for text, state, source, said in rows(story, language, stale):
        table.writerow([text.reference, state, _START.sub("'", source), _START.sub("'", said)])
    return out.getvalue()


def read_csv(data: bytes) -> list[Row]:
    """The rows of a table, with commas or semicolons. Raises ExchangeError."""
    text = decoded(data)
    first = text.split("\n", 1)[0]
    csv.field_size_limit(CSV_FIELD)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        if not {"reference", "translation"} <= set(table.fieldnames or ()):
            raise ExchangeError(
                "NAR029",
                "Faltan las columnas «reference» y «translation».",
                "The columns “reference” and “translation” are missing.",
            )
        return [
            Row(table.line_num, row["reference"] or "", _plain(row.get("source")), _plain(row["translation"]))
            for row in table
        ]
    except csv.Error as error:
        line = table.reader.line_num
        raise ExchangeError("NAR029", f"Línea {line}: {error}", f"Line {line}: {error}") from None


def _plain(cell: str | None) -> str:
    return _GUARDED.sub("", cell or "")
