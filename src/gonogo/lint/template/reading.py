"""Reads the text of a template once, and returns its meaning or the reason why Go refuses it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gonogo.lint.template.functions import SIGNATURES
from gonogo.lint.template.lexer import LEFT
from gonogo.lint.template.meaning import Use, meaning
from gonogo.lint.template.mistake import TemplateMistake, TooDeep, UnreadableTemplate
from gonogo.lint.template.parser import parsed
from gonogo.lint.template.simple import simple
from gonogo.lint.template.syntax import Name


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
