"""Every text a person reads has an English translation, compiled and committed."""

import re
from pathlib import Path

import polib
import pytest
from django.utils.translation import gettext, override

from tools import messages
from tools.messages import Text

PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def catalogue() -> polib.POFile:
    """The English translations as they are committed."""
    return polib.pofile(str(messages.CATALOGUE))


def test_every_text_in_the_code_has_a_translation():
    translated = {
        Text(entry.msgid, entry.msgid_plural, entry.msgctxt or "") for entry in catalogue() if entry.translated()
    }

    missing = sorted(set(messages.found_texts()) - translated)

    assert missing == [], "run `make messages` and translate what it names"


def test_no_translation_is_left_over():
    known = {Text(entry.msgid, entry.msgid_plural, entry.msgctxt or "") for entry in catalogue()}

    assert known - set(messages.found_texts()) == set()


def test_a_translation_has_the_same_places_for_values():
    for entry in catalogue():
        pairs = [(entry.msgid, entry.msgstr)]
        if entry.msgid_plural:
            pairs = [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]
        for spanish, english in pairs:
            assert sorted(PLACE.findall(spanish)) == sorted(PLACE.findall(english)), spanish


def test_the_compiled_file_is_made_from_the_written_one():
    compiled = polib.mofile(str(messages.CATALOGUE.with_suffix(".mo")))

    written = {(entry.msgid, entry.msgstr, tuple(entry.msgstr_plural.values())) for entry in catalogue()}
    assert {(entry.msgid, entry.msgstr, tuple(entry.msgstr_plural.values())) for entry in compiled} == written


def test_django_speaks_english_with_it():
    with override("en"):
        assert gettext("La trastienda") == "The back office"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('x = _("Hola")', [Text("Hola")]),
        ('x = gettext_lazy("Ho" "la")', [Text("Hola")]),
        ('x = ngettext("%d cosa", "%d cosas", n)', [Text("%d cosa", plural="%d cosas")]),
        ('x = pgettext("verbo", "abre")', [Text("abre", context="verbo")]),
        ('from django.utils.translation import gettext as _now\nx = _now("Ya")', [Text("Ya")]),
        ('from other import gettext as _now\nx = _now("No")', []),
        ("x = _(variable); y = other('texto')", []),
    ],
)
def test_texts_are_found_in_python(source, expected):
    assert list(messages.in_python(source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<p>{% translate "Hola" %}</p>', [Text("Hola")]),
        ('<p title="{% trans \'Di "hola"\' %}">', [Text('Di "hola"')]),
        ("{% blocktranslate %}Hola, {{ name }}.{% endblocktranslate %}", [Text("Hola, %(name)s.")]),
        ("{% blocktranslate trimmed %}\n  Hola\n  casa\n{% endblocktranslate %}", [Text("Hola casa")]),
        (
            "{% blocktranslate count n=n %}{{ n }} beso{% plural %}{{ n }} besos{% endblocktranslate %}",
            [Text("%(n)s beso", plural="%(n)s besos")],
        ),
        ('{% translate "Al 100%" %}', [Text("Al 100%%")]),
    ],
)
def test_texts_are_found_in_templates(source, expected):
    assert list(messages.in_template(source)) == expected


def test_a_translation_survives_and_a_text_nobody_uses_goes():
    old = polib.POFile()
    old.append(polib.POEntry(msgid="Hola", msgstr="Hello"))
    old.append(polib.POEntry(msgid="Nadie", msgstr="Nobody"))

    fresh = messages.update(old, {Text("Hola"): {"a.py"}, Text("Nuevo"): {"b.py"}})

    assert [(entry.msgid, entry.msgstr) for entry in fresh] == [("Hola", "Hello"), ("Nuevo", "")]


def test_the_command_brings_the_catalogue_up_to_date_and_names_what_is_missing(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(messages, "CATALOGUE", tmp_path / "en" / "django.po")
    monkeypatch.setattr(messages, "found_texts", lambda: {Text("Hola"): {"a.py"}, Text("una", "unas"): {"b.py"}})

    assert messages.main() == 1
    assert "not translated: 'Hola' (a.py)\n" in capsys.readouterr().out

    written = polib.pofile(str(messages.CATALOGUE))
    written.find("Hola").msgstr = "Hello"
    written.find("una").msgstr_plural = {0: "one", 1: "some"}
    written.save()

    assert messages.main() == 0
    assert capsys.readouterr().out == "2 texts, 0 without a translation\n"
