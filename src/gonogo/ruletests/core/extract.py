"""Finds the assertions of a test file that a change of a rule can reach, and the rules that those assertions need.

A change of a rule can show only in the assertions and rules that read the rule, directly or through other rules.
Everything else can be left out of a run without changing the results of the rest. In most files that is most of the
file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

from msgspec import Struct

from gonogo.formats.test_file import AlertAssertion, Assertion, UnitFile, UnitTest
from gonogo.formats.yaml import Loc
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.graph import RuleGraph
from gonogo.promql.parser import parse
from gonogo.promql.selectors import selectors
from gonogo.promql.tree import Subquery, Vector, walk

_QUERY = re.compile(r"\bquery\b")


class Extract(Struct, frozen=True):
    """A part of one test and of the rules that its file loads. Its assertions give the same results as in the file.

    Attributes:
        test: the place of the test.
        assertions: the places of the assertions in the extract.
        rules: the places of the rules in the extract, among all rules that the file loads.
        until: the time until which the rules must be evaluated, if an assertion can depend on samples after its own
            time.
    """

    test: Loc
    assertions: frozenset[Loc]
    rules: frozenset[int]
    until: timedelta | None = None


class Dependence:
    """A test file, and the rules that each of its rules and assertions reads."""

    def __init__(self, unit: UnitFile, rules: Sequence[Rule]) -> None:
        """Find the rules that each rule and each assertion reads."""
        self._unit = unit
        self._rules = tuple(rules)
        self._graph = RuleGraph(self._rules)
        self._number = {id(rule): number for number, rule in enumerate(self._rules)}
        self._reads = [self._read_by(rule) for rule in self._rules]
        self._needs = {one.loc: self._below(self._asserts(one)) for test in unit.tests for one in test.assertions}

    def extracts(self, number: int, changed: Rule | None = None) -> tuple[Extract, ...]:
        """Return one extract for each test that a change of a rule can reach, the cheapest first.

        Args:
            number: the place of the rule.
            changed: the changed rule; ``None`` if the rule is removed.
        """
        kept, read = self.reached_by(number), {number}
        if changed is not None:
            read |= self._read_by(changed)
            if changed.labels != self._rules[number].labels:  # new labels can reach what the old ones did not
                rules = (*self._rules[:number], changed, *self._rules[number + 1 :])
                kept |= Dependence(self._unit, rules).reached_by(number)
        found = [(test, self._extract(test, kept, self._below(read))) for test in self._unit.tests]
        return tuple(extract for _, extract in sorted(found, key=self._cost) if extract.assertions)

    def reached_by(self, number: int) -> set[Loc]:
        """Find the assertions that read a rule, directly or through others."""
        return {loc for loc, needs in self._needs.items() if number in needs}

    def _extract(self, test: UnitTest, wanted: AbstractSet[Loc], read: AbstractSet[int]) -> Extract:
        kept = [one for one in test.assertions if one.loc in wanted]
        needed = frozenset(read).union(*(self._needs[one.loc] for one in kept))
        until = test.last if any(self._looks_ahead(one) for one in kept) else None
        return Extract(test.loc, frozenset(one.loc for one in kept), needed, until)

    def _cost(self, pair: tuple[UnitTest, Extract]) -> tuple[bool, float]:
        """Return the sort key: tests that expect something come first, because they notice most; then the cheapest."""
        test, extract = pair
        kept = [one for one in test.assertions if one.loc in extract.assertions]
        last = extract.until or max((one.at for one in kept), default=timedelta(0))
        steps = last / self._unit.evaluation_interval
        return not any(one.expected for one in kept), steps * (len(test.series) + 1) * (len(extract.rules) + 1)

    def _looks_ahead(self, one: Assertion) -> bool:
        """Return True if an assertion can see samples that are loaded only for later evaluations."""
        if isinstance(one, AlertAssertion):
            return False
        if one.at % self._unit.evaluation_interval:
            return True
        try:
            nodes = [node for node in walk(parse(one.expression)) if isinstance(node, Vector | Subquery)]
        except ValueError:
            return True
        return any(node.at or node.offset < timedelta(0) for node in nodes)

    def _read_by(self, rule: Rule) -> set[int]:
        """Find the rules that a rule reads. A template may query any series."""
        texts = (*rule.labels.values(), *rule.annotations.values())
        queries = any(_QUERY.search(text.partition("{{")[2]) for text in texts)
        if queries or self._graph.reads(rule) is None:
            return set(range(len(self._rules)))
        return {self._number[id(one)] for one in self._graph.upstream(rule)}

    def _below(self, start: Iterable[int]) -> set[int]:
        """Find some rules and every rule that they read, directly or through others."""
        found: set[int] = set()
        waiting = list(start)
        while waiting:
            if (number := waiting.pop()) not in found:
                found.add(number)
                waiting += self._reads[number]
        return found

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
