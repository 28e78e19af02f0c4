"""Input that ended long before ``eval_time`` has gone stale: nothing fires, because there is nothing.

Samples count for five minutes, or as far as a range looks back. An assertion of nothing passes after that whatever
the values were. Reported only where the result is empty for certain because of it, and not where the values are
written to end: with ``stale`` or a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.errors import Position, Problem
from gonogo.rules.graph import ALERT_METRICS
from gonogo.rules.promql import parse
from gonogo.rules.selectors import Selector
from gonogo.rules.tree import Expression, Vector
from gonogo.unit.input_values import InputValues, input_values
from gonogo.unit.loaded import Loaded
from gonogo.unit.reach import LOOKBACK, Read, certainly_empty, reads
from gonogo.unit.read import UnitTest
from gonogo.unit.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """List the assertions of nothing that hold only because the input has ended."""
    for test in loaded.unit.tests:
        judge = _Judge(loaded, test)
        for where, at, expressions in _of_nothing(loaded, test):
            trees = [tree for tree in map(_tree, expressions) if tree is not None]
            if len(trees) == len(expressions) and trees and all(judge.stale(tree, at) for tree in trees):
                why = f"nothing is expected at {format_duration(at)}, but what it depends on ended at {judge.ended}"
                yield Problem(where, f"{why} and has gone stale", "feed values in up to eval_time")


def _of_nothing(loaded: Loaded, test: UnitTest) -> Iterator[tuple[Position, timedelta, tuple[str, ...]]]:
    for one in test.alerts:
        if not one.expected:
            yield one.where, one.at, tuple(rule.expression for rule in loaded.alerts.get(one.alertname, ()))
    yield from ((one.where, one.at, (one.expression,)) for one in test.expressions if not one.expected)


class _Judge:
    """Judges the expressions of one test; ``ended`` is when the newest input of the last one judged ended."""

    def __init__(self, loaded: Loaded, test: UnitTest) -> None:
        self._loaded = loaded
        self._interval = test.interval
        self._step = loaded.unit.evaluation_interval
        values = [input_values(one.values) for one in test.series]
        self._inputs = list(zip(loaded.labels_of(test), values, strict=True))
        self._newest = timedelta(0)

    @property
    def ended(self) -> str:
        return format_duration(self._newest)

    def stale(self, tree: Expression, at: timedelta) -> bool:
        """Tell whether an expression gives nothing at a time because its input has ended."""
        self._newest = timedelta(0)
        return certainly_empty(tree, self._gone(tree, at, frozenset()))

    def _gone(self, tree: Expression, at: timedelta, above: frozenset[int]) -> Callable[[Vector], bool]:
        """Give a function that tells whether all that a selector of the tree could find has ended."""
        found = {id(one.vector): one for one in reads(tree)}
        return lambda vector: self._ended(found[id(vector)], at, above)

    def _ended(self, read: Read, at: timedelta, above: frozenset[int]) -> bool:
        selector = Selector.of(read.vector)
        if read.reach is None or read.vector.metric is None or read.vector.metric in ALERT_METRICS:
            return False
        fed = [values for labels, values in self._inputs if labels is None or selector.matches(labels)]
        made = self._loaded.graph.makers(selector)
        if not fed and not made:
            return False
        since = at - read.reach
        recorded_since = since + LOOKBACK - min(LOOKBACK, self._step) if read.instant else since
        return all(self._over(values, since) for values in fed) and all(
            id(rule) not in above and self._silent(rule.expression, recorded_since, above | {id(rule)}) for rule in made
        )

    def _silent(self, expression: str, since: timedelta, above: frozenset[int]) -> bool:
        """Tell whether a recording rule had ended for good at a time."""
        tree = _tree(expression)
        return tree is not None and certainly_empty(tree, self._gone(tree, since, above))

    def _over(self, values: InputValues, since: timedelta) -> bool:
        end = values.last * self._interval
        self._newest = max(self._newest, end)
        return values.last >= 0 and not values.deliberate and end < since


def _tree(expression: str) -> Expression | None:
    try:
        return parse(expression)
    except ValueError:
        return None


_Labels = Mapping[str, str]

SILENT_PASS = SilentPass("series-too-short", find)
