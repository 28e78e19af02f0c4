"""The judgement of an arbiter (promtool or vmalert): its version, the files that it accepts, and its refusals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from gonogo.errors import Position
from gonogo.formats.promtool_words import PromtoolReason, Word
from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.model.finding import Span
from gonogo.model.versions import release, since


class ArbiterRefusal(Struct, frozen=True):
    """A reason why an arbiter refuses a file. ``rule`` is the name of the rule, if the message names one."""

    where: Span
    message: str
    rule: str = ""


class Arbiter(Struct, frozen=True):
    """The judgement of one arbiter. Each file is either in ``accepted`` or in ``refusals``.

    Attributes:
        name: the command that runs the arbiter.
        version: the version as the arbiter prints it, such as ``2.42.0``.
        accepted: the accepted files, by their path as findings name it.
        refusals: the reasons against the other files.
        excused: True if the arbiter may have another version than the first one.
        lacking: the features of the server for which the arbiter is too old.
    """

    name: str
    version: str
    accepted: frozenset[str] = frozenset()
    refusals: tuple[ArbiterRefusal, ...] = ()
    excused: bool = False
    lacking: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each feature that the server has and this promtool cannot turn on."""
        return tuple(
            f"the server has the feature {name} on; {self.name} {self.version} cannot turn it on (promtool can "
            f"since {since(name)}) and may refuse rules that the server accepts"
            for name in self.lacking
        )


def newest(arbiters: Sequence[Arbiter]) -> Arbiter:
    """Return the arbiter with the highest version; the first one of equal versions."""
    return max(arbiters, key=lambda one: release(one.version) or (0, 0))


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
