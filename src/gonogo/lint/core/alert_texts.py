"""The labels and annotations of alerts that are templates, and the places of their parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.estate import Estate
from gonogo.lint.template.lexer import LEFT
from gonogo.lint.template.reading import template
from gonogo.lint.template.syntax import Template
from gonogo.model.finding import Span


@dataclass(frozen=True, slots=True)
class AlertText:
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


def alert_texts(estate: Estate) -> Iterator[AlertText]:
    """Yield the templates of all alerts. A text without an action is not a template."""
    for rule in estate.alerts:
        for section, texts in (("labels", rule.rule.labels), ("annotations", rule.rule.annotations)):
            for name, text in texts.items():
                if LEFT in text:
                    yield AlertText(rule, section, name, template(text))
