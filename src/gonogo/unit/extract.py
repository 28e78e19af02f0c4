"""Which assertions of a test file a change of a rule can reach, and which rules those need.

A rule's change can show only in what reads it, straight or through other rules. All
else can be left out of a run without changing what the rest of it says, and that is
most of most files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gonogo.model.rule import Rule, RuleKind
from gonogo.rules.graph import RuleGraph
from gonogo.rules.promql import parse
from gonogo.rules.selectors import selectors
from gonogo.rules.tree import Subquery, Vector, walk
from gonogo.unit.read import AlertAssertion, ExpressionAssertion, Loc, UnitFile, UnitTest

_QUERIES = re.compile(r"\{\{.*\bquery\b", re.DOTALL)

Assertion = AlertAssertion | ExpressionAssertion


@dataclass(frozen=True, slots=True)
class Extract:
    """A part of a test file and of its rules that stands for the whole.

    Attributes:
        assertions: where the assertions stand that are kept.
        rules: the places of the rules that are kept, among all that the file loads.
        until: the tests that must be evaluated as far as before, for what they keep
            depends on samples after it: the path of the test, and how far.
    """

    assertions: frozenset[Loc]
    rules: frozenset[int]
    until: tuple[tuple[Loc, timedelta], ...] = ()


class Dependence:
    """A test file, and what reads what among the rules that it loads."""

    def __init__(self, unit: UnitFile, rules: Sequence[Rule]) -> None:
        """Find out what each rule and each assertion reads."""
        self._unit = unit
        self._rules = tuple(rules)
        self._graph = RuleGraph(self._rules)
        self._number = {id(rule): number for number, rule in enumerate(self._rules)}
        self._reads = [self._read_by(rule) for rule in self._rules]
        self._asserted = {one.loc: (one, self._asserts(one)) for test in unit.tests for one in _assertions(test)}

    def extract(self, number: int, changed: Rule | None = None) -> Extract | None:
        """Take out what a change of a rule can reach; nothing where no assertion depends on it.

        Args:
            number: the place of the rule.
            changed: the rule as it shall be; ``None`` where it is removed.
        """
        rule = self._rules[number]
        if changed is not None and changed.labels != rule.labels:
            return self._relabelled(number, changed)
        affected = self._affected(number)
        kept = {loc: needs for loc, (_, needs) in self._asserted.items() if affected & needs}
        needed = self._needed({number}.union(*kept.values()) | (self._read_by(changed) if changed else set()))
        return self._extract(kept, needed) if kept else None

    def _relabelled(self, number: int, changed: Rule) -> Extract | None:
        """A rule with other labels can be read by others than before: both kinds are reached."""
        rules = (*self._rules[:number], changed, *self._rules[number + 1 :])
        before, after = self.extract(number), Dependence(self._unit, rules).extract(number)
        if before is None or after is None:
            return before or after
        until = tuple(sorted({*before.until, *after.until}))
        return Extract(before.assertions | after.assertions, before.rules | after.rules, until)

    def _extract(self, kept: Iterable[Loc], needed: Iterable[int]) -> Extract:
        assertions = frozenset(kept)
        until = [
            (test.loc, test.last)
            for test in self._unit.tests
            if any(one.loc in assertions and self._looks_ahead(one) for one in _assertions(test))
        ]
        return Extract(assertions, frozenset(needed), tuple(until))

    def _looks_ahead(self, one: Assertion) -> bool:
        """Tell whether an assertion can see samples that are loaded only for later evaluations."""
        if isinstance(one, AlertAssertion):
            return False
        if one.at % self._unit.evaluation_interval:
            return True
        try:
            nodes = [node for node in walk(parse(one.expression)) if isinstance(node, Vector | Subquery)]
        except ValueError:
            return True
        return any(node.at or node.offset < timedelta(0) for node in nodes)

    def _affected(self, number: int) -> set[int]:
        """Find everything that reads a rule, straight or not, and the rule itself."""
        found = {number}
        while more := {reader for reader, read in enumerate(self._reads) if reader not in found and read & found}:
            found |= more
        return found

    def _needed(self, wanted: Iterable[int]) -> set[int]:
        """Find everything that some rules read, straight or not, and the rules themselves."""
        found: set[int] = set()
        waiting = list(wanted)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._reads[number]
        return found

    def _read_by(self, rule: Rule) -> set[int]:
        texts = (*rule.labels.values(), *rule.annotations.values())
        if self._graph.reads(rule) is None or any(_QUERIES.search(text) for text in texts):
            return set(range(len(self._rules)))
        return {self._number[id(one)] for one in self._graph.upstream(rule)}

    def _asserts(self, one: Assertion) -> set[int]:
        if isinstance(one, AlertAssertion):
            return {
                number
                for number, rule in enumerate(self._rules)
                if rule.kind is RuleKind.ALERT and rule.name == one.alertname
            }
        try:
            read = selectors(one.expression)
        except ValueError:
            return set(range(len(self._rules)))
        return {self._number[id(rule)] for selector in read for rule in self._graph.makers(selector)}


def _assertions(test: UnitTest) -> Iterator[Assertion]:
    yield from test.alerts
    yield from test.expressions
