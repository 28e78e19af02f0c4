"""Reads the text of a template once, and returns its meaning or the reason why Go refuses it.

The simplest templates are read quickly, without a tree: those that only show a label or the value, as almost all do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from gonogo.formats.sources import WrittenRule
from gonogo.lint.template.functions import SIGNATURES
from gonogo.lint.template.lexer import LEFT
from gonogo.lint.template.meaning import meaning
from gonogo.lint.template.parser import parsed
from gonogo.lint.template.syntax import Name, Template, TooDeep, UnreadableTemplate, Use
from gonogo.model.finding import Span

PLAIN = Template()
"""A text without an action."""

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


def template(text: str) -> Template:
    """Read a template."""
    return _read(text) if LEFT in text else PLAIN


@lru_cache(maxsize=8192)
def _read(text: str) -> Template:
    try:
        return simple(text) or meaning(parsed(text, SIGNATURES))
    except UnreadableTemplate as error:
        return Template(mistakes=(error.mistake,))
    except TooDeep:
        return PLAIN


def simple(text: str) -> Template | None:
    """Return the meaning of a template that only prints labels or values, else ``None``."""
    found = list(_SHOWN.finditer(text))
    if len(found) != text.count(LEFT):
        return None
    labels, external = (
        tuple(Use(one[group][1:], one.start(group), len(one[group])) for one in found if one[group])
        for group in ("label", "external")
    )
    values = tuple(Name("", one.start("value"), len(one["value"])) for one in found if one["value"])
    return Template(labels, external, values)


class AlertText(Struct, frozen=True):
    """A label (``section`` ``labels``) or an annotation (``annotations``) of an alert."""

    rule: WrittenRule
    section: str
    name: str
    template: Template

    def at(self, offset: int, length: int) -> Span:
        """Return the place of some characters of the template."""
        return self.rule.at_text((self.section, self.name), offset, length)

    @property
    def what(self) -> str:
        """A name for messages, such as ``the label 'severity'``."""
        return f"the {self.section.removesuffix('s')} {self.name!r}"


def alert_texts(alerts: Iterable[WrittenRule]) -> Iterator[AlertText]:
    """Yield the templates in the labels and annotations of alerts. A text without an action is not a template."""
    for rule in alerts:
        for section, texts in (("labels", rule.rule.labels), ("annotations", rule.rule.annotations)):
            for name, text in texts.items():
                if LEFT in text:
                    yield AlertText(rule, section, name, template(text))
