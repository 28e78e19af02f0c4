"""Reads the simplest templates quickly: those that only show a label or the value, as almost all do."""

from __future__ import annotations

import re

from gonogo.lint.template.lexer import LEFT
from gonogo.lint.template.meaning import Meaning, Use
from gonogo.lint.template.syntax import Name

_SHOWN = re.compile(
    r"""
    (?<!\{)\{\{ [ ]*
    (?: (?:\$labels | \.Labels) (?P<label>\.[A-Za-z0-9_]+)?
      | (?:\$externalLabels | \.ExternalLabels) (?P<external>\.[A-Za-z0-9_]+)?
      | (?P<value>
            (?:\$value | \.Value)
            (?:[ ]*\|[ ]*(?: humanize(?:1024|Duration|Percentage|Timestamp)? | printf[ ]+"[^"\\\n]*" ))?
          | (?: humanize(?:1024|Duration|Percentage|Timestamp)? | printf[ ]+"[^"\\\n]*" ) [ ]+ (?:\$value | \.Value) )
    )
    [ ]* \}\}
    """,
    re.VERBOSE,
)


def simple(text: str) -> Meaning | None:
    """Return the meaning of a template that only prints labels or values, else ``None``."""
    found = list(_SHOWN.finditer(text))
    if len(found) != text.count(LEFT):
        return None
    meaning = Meaning()
    for action in found:
        if action["label"]:
            meaning.labels.append(Use(action["label"][1:], action.start("label"), len(action["label"])))
        elif action["external"]:
            meaning.external.append(Use(action["external"][1:], action.start("external"), len(action["external"])))
        elif action["value"]:
            meaning.values.append(Name("", action.start("value"), len(action["value"])))
    return meaning
