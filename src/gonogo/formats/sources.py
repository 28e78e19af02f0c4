"""Reads rule files of Prometheus, and ``PrometheusRule`` resources: single, in lists or in several documents."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

from gonogo.errors import Position, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.files import OPERATOR_GROUP_KEYS, PlacedGroup, homes, read_groups
from gonogo.formats.yaml import Loc, YamlDocument, parse_documents
from gonogo.model.finding import Hit, Severity, Span
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.promql.parser import first_character, parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.tree import Expression, walk

MOST_PROBLEMS = 200
"""The largest number of mistakes of one file that are listed one by one."""


@dataclass(frozen=True)
class Located:
    """An expression's text, and the places of its characters in a file.

    Attributes:
        document: the YAML document with the expression.
        loc: the path to the expression in the document.
        text: the expression as Prometheus reads it, without blanks around it.
    """

    document: YamlDocument
    loc: Loc
    text: str

    def position(self, offset: int) -> Position:
        """Return the place of a character in the file. Offsets count from 0.

        The length of the text is the offset of its end. For an offset outside of the text, or a
        text that is an alias, the result is the place where the expression begins or ends.
        """
        places = self._places
        return places[min(max(offset, 0), len(places) - 1)]

    def extent(self, start: int, end: int) -> tuple[Position, int]:
        """Return the place of the first character of a part, and the number of columns of the part on that line."""
        first = self.position(start)
        on_line = bisect_left(range(start, end), True, key=lambda at: self.position(at).line > first.line)
        shown = self.text[start : start + on_line].rstrip()
        return first, max(1, self._column_after(start + len(shown)) - first.column)

    def span(self, node: Expression | None) -> tuple[Position, int]:
        """Return the place where a node begins, and the number of its columns on that line.

        Without a node, or for a node that was never text, the result is that of the whole expression, without a
        comment above it.
        """
        if node is None or node.start < 0:
            return self.extent(first_character(self.text), len(self.text))
        return self.extent(node.start, node.end)

    @cached_property
    def _places(self) -> tuple[Position, ...]:
        found = self.document.character_positions(self.loc)
        whole = self.document.text(self.loc) or ""
        blank = len(whole) - len(whole.lstrip())
        return found[blank : blank + len(self.text) + 1] or (self.document.text_position(self.loc),)

    def _column_after(self, end: int) -> int:
        """Return the column after the last character before ``end``: the next character may be on another line."""
        last, after = self.position(end - 1), self.position(end)
        return after.column if after.line == last.line else last.column + 1


@dataclass(frozen=True)
class WrittenRule:
    """A rule, its expression as a tree, and the places of all its parts.

    Attributes:
        rule: the rule as Prometheus reads it.
        group: the group of the rule.
        place: the rule's index among the group's rules.
        loc: the path to the rule in ``document``.
        document: the YAML document with the rule.
    """

    rule: Rule
    group: RuleGroup
    place: int
    loc: Loc
    document: YamlDocument

    @property
    def name(self) -> str:
        """Return the alert or the recorded metric."""
        return self.rule.name

    @property
    def is_alert(self) -> bool:
        """Return true if the rule is an alert."""
        return self.rule.kind is RuleKind.ALERT

    @cached_property
    def read(self) -> Expression | Refusal:
        """Return the expression, or the reason why it cannot be read."""
        try:
            return parse(self.rule.expression)
        except Refusal as refusal:
            return refusal

    @property
    def tree(self) -> Expression | None:
        """Return the expression, or ``None`` if it cannot be read."""
        return None if isinstance(self.read, Refusal) else self.read

    @cached_property
    def nodes(self) -> tuple[Expression, ...]:
        """Return every node of the expression, each before its parts; no node if the expression cannot be read."""
        return () if self.tree is None else tuple(walk(self.tree))

    @cached_property
    def _located(self) -> Located:
        return Located(self.document, (*self.loc, "expr"), self.rule.expression)

    def at(self, node: Expression | None = None) -> Span:
        """Return the place of a node of ``nodes``; without a node, the place of the expression."""
        return Span(*self._located.span(node))

    def at_offset(self, offset: int, length: int = 1) -> Span:
        """Return the place of a character of the expression. Offsets count from 0."""
        return Span(self._located.position(offset), length)

    def at_part(self, start: int, end: int) -> Span:
        """Return the place of the characters of the expression from ``start`` up to ``end``."""
        return Span(*self._located.extent(start, end))

    def at_key(self, *keys: str | int) -> Span:
        """Return the place of a key of the rule, such as ``"labels", "severity"``; its nearest parent's if missing."""
        return Span(self.document.key_position((*self.loc, *keys)), len(str(keys[-1])) if keys else 1)

    def at_value(self, *keys: str | int) -> Span:
        """Return the place of a value of the rule, such as the value of ``"annotations", "summary"``."""
        return self.document.text_span((*self.loc, *keys))

    def at_group(self, *keys: str | int) -> Span:
        """Return the place of a key of the rule's group, such as ``"interval"``; the group's own place if missing."""
        where = self.document.key_position((*self.loc[:-2], *keys))
        return Span(where, len(str(keys[-1])) if keys else 1)

    def at_text(self, keys: tuple[str, ...], offset: int, length: int) -> Span:
        """Return the place of a part of a value's text, such as an action in ``"annotations", "summary"``."""
        loc = (*self.loc, *keys)
        text = self.document.text(loc) or ""
        return Span(Located(self.document, loc, text).position(offset), length)

    def hit(self, where: Span, message: str, severity: Severity | None = None) -> Hit:
        """Return a hit in this rule."""
        return Hit(where, message, self.name, severity)


class SourceFile(Struct, frozen=True):
    """A rule file: its text, its groups, its rules, and the problems of its form.

    ``custom`` is true for a ``PrometheusRule`` resource, and false for a rule file of Prometheus.
    """

    path: str
    text: str
    groups: tuple[RuleGroup, ...] = ()
    rules: tuple[WrittenRule, ...] = ()
    problems: tuple[Problem, ...] = ()
    custom: bool = False


def source_file(text: str, path: str, dialect: Dialect = Dialect.PROMETHEUS) -> SourceFile:
    """Read one file as far as possible, and list every mistake of its form."""
    return source_of(parse_documents(text, path), text, path, dialect)


def source_of(
    documents: Sequence[YamlDocument], text: str, path: str, dialect: Dialect = Dialect.PROMETHEUS
) -> SourceFile:
    """Read the rules of a file whose YAML has been read. Resources of other kinds are ignored."""
    found = [(document, base, is_custom) for document in documents for base, is_custom in homes(document)]
    custom = any(is_custom for _, _, is_custom in found)
    read = [one for one in found if one[2]] if custom else found[:1]
    problems = [problem for document in documents for problem in document.problems]
    problems += _strangers(documents) if custom else _unread_documents(documents)
    placed: list[tuple[YamlDocument, PlacedGroup]] = []
    for document, base, is_custom in read:
        groups, mistakes = read_groups(document, base, OPERATOR_GROUP_KEYS if is_custom else (), dialect)
        problems += mistakes if document.complete else ()
        placed += ((document, group) for group in groups)
    rules = tuple(rule for document, group in placed for rule in _rules(document, group))
    return SourceFile(path, text, tuple(group.group for _, group in placed), rules, _bounded(problems), custom)


def _bounded(problems: list[Problem]) -> tuple[Problem, ...]:
    """Keep the first problems of a file with very many, and add a problem that gives the number of the others."""
    left = len(problems) - MOST_PROBLEMS
    if left <= 0:
        return tuple(problems)
    more = Problem(problems[MOST_PROBLEMS].where, f"and {left:,} more mistakes like these", "fix the first ones first")
    return (*problems[:MOST_PROBLEMS], more)


def _unread_documents(documents: Sequence[YamlDocument]) -> Iterator[Problem]:
    """Report the documents that Prometheus does not read: all documents of a rule file except the first."""
    for document in documents[1:]:
        if document.value is not None:
            where = document.position(())
            yield Problem(where, "a second document begins here, which no server reads", "keep one document in a file")


def _strangers(documents: Sequence[YamlDocument]) -> Iterator[Problem]:
    """Report groups beside resources that belong to no resource: no server would load these groups."""
    for document in documents:
        if isinstance(document.value, dict) and "groups" in document.value and "kind" not in document.value:
            where = document.key_position(("groups",))
            yield Problem(
                where, "groups outside of any resource, which no server loads", "put them into a PrometheusRule"
            )


def _rules(document: YamlDocument, placed: PlacedGroup) -> Iterator[WrittenRule]:
    for place, (rule, loc) in enumerate(zip(placed.group.rules, placed.rules, strict=True)):
        yield WrittenRule(rule, placed.group, place, loc, document)
