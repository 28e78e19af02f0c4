"""Reads the text of a template once, and returns its meaning or the reason why Go refuses it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from gonogo.lint.template.functions import SIGNATURES
from gonogo.lint.template.lexer import LEFT
from gonogo.lint.template.meaning import Meaning, Use, meaning
from gonogo.lint.template.parser import parsed
from gonogo.lint.template.syntax import Name, TemplateMistake, TooDeep, UnreadableTemplate

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


@dataclass(frozen=True, slots=True)
class Template:
    """The labels and values of a template, and its mistakes; see ``Meaning``."""

    labels: tuple[Use, ...] = ()
    external: tuple[Use, ...] = ()
    values: tuple[Name, ...] = ()
    mistakes: tuple[TemplateMistake, ...] = ()
    functions: tuple[Name, ...] = ()


PLAIN = Template()
"""A text without an action."""


def template(text: str) -> Template:
    """Read a template."""
    return _read(text) if LEFT in text else PLAIN


@lru_cache(maxsize=8192)
def _read(text: str) -> Template:
    try:
        found = simple(text) or meaning(parsed(text, SIGNATURES))
    except UnreadableTemplate as error:
        return Template(mistakes=(error.mistake,))
    except TooDeep:
        return PLAIN
    return Template(
        _read_for_good(found.labels),
        _read_for_good(found.external),
        tuple(found.values),
        tuple(found.mistakes),
        tuple(found.functions),
    )


def _read_for_good(uses: list[Use]) -> tuple[Use, ...]:
    """Leave out labels that the template tests anywhere, because it expects that they may be missing."""
    tested = {use.label for use in uses if use.tested}
    return tuple(use for use in uses if use.label not in tested)
