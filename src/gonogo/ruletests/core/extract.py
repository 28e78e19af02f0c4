"""Which assertions of a test file a change of a rule can reach, and which rules those need.

A rule's change can show only in what reads it, straight or through other rules. All
else can be left out of a run without changing what the rest of it says, and that is
most of most files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta

from gonogo.formats.test_file import AlertAssertion, ExpressionAssertion, Loc, UnitFile, UnitTest
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.graph import RuleGraph
from gonogo.promql.parser import parse
from gonogo.promql.selectors import selectors
from gonogo.promql.tree import Subquery, Vector, walk

_QUERY = re.compile(r"\bquery\b")

Assertion = AlertAssertion | ExpressionAssertion


@dataclass(frozen=True, slots=True)
class Extract:
    """A part of one test and of the rules that its file loads; what it asserts says the same as in the whole.

    Attributes:
        test: where the test stands.
        assertions: where the assertions stand that are kept.
        rules: the places of the rules that are kept, among all that the file loads.
        until: how far the rules must be evaluated at least, where what is asserted can
            depend on samples after it.
    """

    test: Loc
    assertions: frozenset[Loc]
    rules: frozenset[int]
    until: timedelta | None = None


class Dependence:
    """A test file, and what reads what among the rules that it loads."""

    def __init__(self, unit: UnitFile, rules: Sequence[Rule]) -> None:
        """Find out what each rule and each assertion reads."""
        self._unit = unit
        self._rules = tuple(rules)
        self._graph = RuleGraph(self._rules)
        self._number = {id(rule): number for number, rule in enumerate(self._rules)}
        self._reads = [self._read_by(rule) for rule in self._rules]
        self._asserted = {one.loc: self._asserts(one) for test in unit.tests for one in _assertions(test)}

    def extracts(self, number: int, changed: Rule | None = None) -> tuple[Extract, ...]:
        """Take out what a change of a rule can reach: of each test that it reaches a part, the cheapest first.

        Args:
            number: the place of the rule.
            changed: the rule as it shall be; ``None`` where it is removed.
        """
        affected, read = self._affected(number), {number}
        kept = {loc for loc, needs in self._asserted.items() if affected & needs}
        if changed is not None:
            read |= self._read_by(changed)
            if changed.labels != self._rules[number].labels:
                kept |= self._newly_reached(number, changed)
        found = [(test, self._extract(test, kept, read)) for test in self._unit.tests]
        return tuple(extract for _, extract in sorted(found, key=self._cost) if extract.assertions)

    def _newly_reached(self, number: int, changed: Rule) -> set[Loc]:
        """Find what reads a rule with its new labels: that may be what did not before."""
        rules = (*self._rules[:number], changed, *self._rules[number + 1 :])
        return {loc for one in Dependence(self._unit, rules).extracts(number) for loc in one.assertions}

    def _extract(self, test: UnitTest, wanted: AbstractSet[Loc], read: AbstractSet[int]) -> Extract:
        kept = [one for one in _assertions(test) if one.loc in wanted]
        needed = self._needed(set(read).union(*(self._asserted[one.loc] for one in kept)))
        until = test.last if any(self._looks_ahead(one) for one in kept) else None
        return Extract(test.loc, frozenset(one.loc for one in kept), frozenset(needed), until)

    def _cost(self, pair: tuple[UnitTest, Extract]) -> tuple[bool, float]:
        """Tests that expect something first: they notice most; then by the work they make."""
        test, extract = pair
        kept = [one for one in _assertions(test) if one.loc in extract.assertions]
        last = extract.until or max((one.at for one in kept), default=timedelta(0))
        steps = last / self._unit.evaluation_interval
        return not any(one.expected for one in kept), steps * (len(test.series) + 1) * (len(extract.rules) + 1)

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
        if self._graph.reads(rule) is None or any(map(_queries, texts)):
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


def _queries(text: str) -> bool:
    """Tell whether a template may ask for series by itself."""
    return _QUERY.search(text.partition("{{")[2]) is not None


def _assertions(test: UnitTest) -> Iterator[Assertion]:
    yield from test.alerts
    yield from test.expressions
