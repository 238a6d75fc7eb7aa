"""Files that are no story: each is refused with a sentence."""

import pickle

import pytest

from narrative.exchange import ExchangeError, read_any
from tests.narrative.files import only
from yabot.core.telegram import markup


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"anything", "old.tws", "NAR027"),
        (pickle.dumps({"a": 1}), "story.twee", "NAR027"),
        (b"x" * 5_000_001, "x.twee", "NAR021"),
        (b":: a\nhola \xff", "x.twee", "NAR022"),
        (b"".join(b":: p%d\nx\n\n" % n for n in range(5_001)), "x.twee", "NAR021"),
        (b"nothing at all", "x.txt", "NAR028"),
        (b"", "x.txt", "NAR028"),
        (b"<html><body>no story</body></html>", "x.html", "NAR028"),
        (b"<tw-storydata " * 350_000, "x.html", "NAR028"),
        (b"<tw-storydata name='a'>" + b"<tw-passagedata name=" * 200_000, "x.html", "NAR028"),
        (b'{"passages": 5}', "x.json", "NAR028"),
        (b'{"passages": []}', "x.json", "NAR028"),
        (b'{"schema": ' + b"9" * 5_000 + b"}", "story.json", "NAR026"),
        (b'{"inkVersion": 21, "root": []}', "x.json", "NAR056"),
        (b"=== sala ===\nHola\n* [Salir] -> fin\n", "x.txt", "NAR056"),
        (b"Hola\n", "x.ink", "NAR056"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_story_is_refused_with_a_sentence(data: bytes, name: str, code: str) -> None:
    with pytest.raises(ExchangeError) as refused:
        read_any(data, name)
    assert refused.value.code == code


def test_entities_do_not_multiply() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    html = f'{laughs}<tw-storydata name="x"><tw-passagedata pid="1" name="a">&b;&b;</tw-passagedata></tw-storydata>'
    text = only(html, "x.html").story.fragments[0].text.in_("es")
    assert markup.parse(text).text == "&b;&b;"
