"""The rules that unit tests expect to give a result, and the rules that tests only expect to be silent.

A rule also counts as tested if a test covers a rule that reads it, because the recorded series had to be right for
that. Rules are compared by name: all rules of one name count alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gonogo.formats.test_file import AlertAssertion, UnitFile, UnitTest
from gonogo.lint.core.estate import Estate
from gonogo.model.rule import Rule
from gonogo.promql.selectors import selectors


class Asserted:
    """The tests of an estate, indexed by the rules that they check."""

    def __init__(self, estate: Estate, units: Iterable[UnitFile]) -> None:
        """Read all assertions once."""
        tests = [test for unit in units for test in unit.tests]
        self._graph = estate.graph
        self._by_alert: dict[str, list[tuple[UnitTest, AlertAssertion]]] = {}
        for test in tests:
            for one in test.alerts:
                self._by_alert.setdefault(one.alertname, []).append((test, one))
        seen = [*self._alerts_with(estate, firing=True), *self._read_by(tests, empty=False)]
        quiet = [*self._alerts_with(estate, firing=False), *self._read_by(tests, empty=True)]
        self._seen = self._with_upstream(seen)
        self._named = {id(rule) for rule in quiet}
        self._reached = self._with_upstream(quiet) | self._seen

    def seen(self, rule: Rule) -> bool:
        """Return whether an assertion expects a result of the rule, or of a rule that reads it."""
        return id(rule) in self._seen

    def named(self, rule: Rule) -> bool:
        """Return whether an assertion expects the rule to be silent."""
        return id(rule) in self._named

    def reached(self, rule: Rule) -> bool:
        """Return whether any assertion is about the rule, or about a rule that reads it."""
        return id(rule) in self._reached

    def of_alert(self, name: str) -> Sequence[tuple[UnitTest, AlertAssertion]]:
        """Return the assertions of an alert, each with its test."""
        return self._by_alert.get(name, ())

    def _alerts_with(self, estate: Estate, *, firing: bool) -> Iterator[Rule]:
        names = {
            name for name, cases in self._by_alert.items() if any(bool(one.expected) is firing for _, one in cases)
        }
        return (rule.rule for rule in estate.alerts if rule.name in names)

    def _read_by(self, tests: Iterable[UnitTest], *, empty: bool) -> Iterator[Rule]:
        for test in tests:
            for one in test.expressions:
                if bool(one.expected) is empty:
                    continue
                try:
                    read = selectors(one.expression)
                except ValueError:
                    continue
                for selector in read:
                    yield from self._graph.makers(selector)

    def _with_upstream(self, rules: Iterable[Rule]) -> set[int]:
        found: set[int] = set()
        waiting = list(rules)
        while waiting:
            rule = waiting.pop()
            if id(rule) not in found:
                found.add(id(rule))
                waiting += self._graph.upstream(rule)
        return found
