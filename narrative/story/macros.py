"""Commands of other story tools that an import left in a text: readers would see them, so they are named.

Shapes only, nothing is understood. Each is bounded and cannot begin inside itself: any text is searched in linear time.
"""

import re
from html import unescape

_HARLOWE = (
    "if|unless|else-?if|else|set|put|move|print|display|show|hide|hidden|rerun|live|event|stop|cond|either|random|shuffled"
    "|go-?to(?:-transition)?|undo|restart|reload|link(?:-[a-z]+)*|click(?:-[a-z]+)*|mouse(?:over|out)(?:-[a-z]+)*"
    "|append(?:-with)?|prepend(?:-with)?|replace(?:-with)?|enchant(?:-in)?|change|array|dm|datamap|ds|dataset|history|visited"
    "|passages?|num(?:ber)?|str(?:ing)?|text(?:-[a-z]+)*|for|loop|css|align|font|hook|transition(?:-[a-z]+)*|t8n(?:-[a-z]+)*"
    "|background|bg|alert|prompt|confirm|cycling-link|seq(?:uence)?-link|dropdown|input(?:-box)?|storylet|open-storylets"
    "|links-to-storylets|save-game|load-game|saved-games|savedgames|after|meter|count|upperfirst|lowerfirst|uppercase|lowercase"
)
_CHAPBOOK = "if(?:always|never)?|unless|else|cont(?:inue)?(?:ed)?|after|align|append|javascript|css|note"
_INSERT = "embed|reveal|cycling|dropdown|text input|restart|back|theme|ambient|sound|no ambient"
SHAPES = (
    r"<<(?:[^<>]|<(?!<)|>(?!>)){1,500}>>",  # SugarCube: <<set $x to 1>>
    r"<%(?:[^%<]|%(?!>)|<(?!%)){0,2000}%>",  # Snowman: <% s.x = 1; %>
    rf"\((?:{_HARLOWE}):[^()]{{0,500}}\)?",  # Harlowe: (set: $x to 1)
    rf"^\[(?:{_CHAPBOOK})\b[^\[\]\n]{{0,200}}\][ \t]*$",  # Chapbook: [if x]
    rf"\{{(?:{_INSERT})\b[^{{}}\n]{{0,200}}\}}",  # Chapbook: {embed passage: 'x'}
    r"\{(?!nombre\})[a-z_][\w.]{0,60}\}",  # Chapbook: {x}
    r"\A(?:[ \t]*[a-z_][\w.]{0,60}(?: \([^()\n]{0,200}\))?:[^\n]{0,500}\n){1,200}--[ \t]*$",  # Chapbook: x: 1 above --
    r"<(?:script|style)\b[^<>]{0,500}>",  # what a browser would run
    r"\$[a-z_]\w{0,60}",  # a variable's value: $gold
    r"^\*\s*\{",  # Ink: a choice with a condition
)
MACRO = re.compile("|".join(SHAPES), re.M | re.I | re.A)


def macros(text: str) -> list[str]:
    """The commands in a plain text."""
    return [found[0].strip() for found in MACRO.finditer(text)]


def left_in(marked: str) -> list[str]:
    """The commands in a text with markup, as its reader sees them."""
    return macros(unescape(marked))
