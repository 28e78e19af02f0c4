"""Finds the places that promtool's messages are about: a character of the expression, the rule, or the line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gonogo.errors import Position
from gonogo.formats.promtool_words import PromtoolReason, Word
from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.lint.core.arbiter import ArbiterRefusal
from gonogo.model.finding import Span

_TEMPLATE = re.compile(r'(annotation|label) "([^"]*)": ')


def refusals(word: Word, file: SourceFile) -> Iterator[ArbiterRefusal]:
    """Yield promtool's reasons against one file, each with its place; one general reason if promtool gives none."""
    for reason in word.reasons or (PromtoolReason("promtool refuses this file and gives no reason"),):
        rule = _rule(reason, file)
        where = _in_file(reason, file) if rule is None else _in_rule(reason, rule, file)
        yield ArbiterRefusal(where, reason.message, reason.name)


def _rule(reason: PromtoolReason, file: SourceFile) -> WrittenRule | None:
    named = (
        rule
        for rule in file.rules
        if (rule.group.name, rule.loc[-1], rule.name) == (reason.group, reason.rule - 1, reason.name)
    )
    return next(named, None)


def _in_rule(reason: PromtoolReason, rule: WrittenRule, file: SourceFile) -> Span:
    if reason.within is not None:
        return rule.at_offset(_offset(rule.rule.expression, *reason.within))
    if template := _TEMPLATE.match(reason.message):
        return rule.at_value(f"{template[1]}s", template[2])
    return rule.at_key() if file.custom or not reason.line else _in_file(reason, file)


def _offset(expression: str, line: int, column: int) -> int:
    """Return the number of characters before a line and column that promtool counted in bytes, from 1."""
    lines = expression.split("\n")
    before = lines[: line - 1]
    start = lines[len(before)] if len(before) < len(lines) else ""
    inside = len(start.encode()[: max(column - 1, 0)].decode(errors="ignore"))
    return max(min(sum(len(one) + 1 for one in before) + inside, len(expression) - 1), 0)


def _in_file(reason: PromtoolReason, file: SourceFile) -> Span:
    """Return the place of a line. The lines of an unwrapped resource are the lines of the file."""
    lines = file.text.count("\n") + 1
    if not 0 < reason.line <= lines:
        return Span(Position(file.path, 1, 1))
    return Span(Position(file.path, reason.line, 1 if file.custom else max(reason.column, 1)))
