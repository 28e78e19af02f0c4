"""The series that expressions can give in a test: follows the input through the rules, and never finds too few.

If no series is possible, the expression is empty for every threshold. If the labels of a result are unknown, as after
some joins, any series is possible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from itertools import product

from gonogo.formats.test_file import UnitTest
from gonogo.model.rule import Rule, RuleKind
from gonogo.model.versions import LEFT_OPEN, reaches
from gonogo.promql.canonical import written
from gonogo.promql.label_flow import flowed
from gonogo.promql.label_set import BARE, OPEN, SCALAR, LabelSet
from gonogo.promql.parser import parse
from gonogo.promql.selectors import ABSENCE_FUNCTIONS, Selector
from gonogo.promql.tree import (
    NAME_LABEL,
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Range,
    Subquery,
    Vector,
)
from gonogo.ruletests.core.input_values import MILLISECOND, InputValues, Window, input_values
from gonogo.ruletests.core.loaded import Loaded

_DEEPEST = 100
"""The most operations and rules, one inside the other, through which input is followed."""

_MOST = 10_000
"""The most pairs of a rule and a window, in one test, for which the rule's series are computed."""

LabelSets = frozenset[LabelSet]
"""The labels of every possible series."""

ANYTHING: LabelSets = frozenset([OPEN])
NOTHING: LabelSets = frozenset()
_NUMBER: LabelSets = frozenset([SCALAR])

LOOKBACK = timedelta(minutes=5)
"""The time for which promtool's tests use a sample if no newer sample follows."""

ALWAYS = ABSENCE_FUNCTIONS | {"scalar", "vector", "info"}
"""The functions that give a result for an empty input."""

_OF_TWO = frozenset({"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear"})
"""The functions that give nothing for a series with fewer than two samples in the range."""


class PossibleSeries:
    """The series that expressions can give in one test.

    Attributes:
        lacking: the selectors that found nothing, although every rule that makes their series, if any, gave some.
        ended: the end of the newest input that ended too early for a selector, in milliseconds; -1 if there is none.
    """

    def __init__(self, loaded: Loaded, test: UnitTest) -> None:
        """Read the input of a test."""
        self.lacking: dict[str, None] = {}
        self.ended = -1
        self._loaded = loaded
        self._step = loaded.unit.evaluation_interval
        self._interval = (test.interval or self._step) // MILLISECOND
        self._edge = MILLISECOND if reaches(loaded.promtool, LEFT_OPEN) else timedelta(0)
        values = [input_values(one.values) for one in test.series]
        self._fed = list(zip(loaded.inputs[test.loc], values, strict=True))
        self._known: dict[tuple[int, Window], LabelSets] = {}
        self._above: list[int] = []
        self._depth = 0

    def of_alert(self, rule: Rule, at: timedelta) -> LabelSets:
        """Return the series that let an alert fire at a time: at the last step, or while ``keep_firing_for`` lasts."""
        return self.of(rule.expression, Window.at(at // self._step * self._step).from_before(rule.keep_firing))

    def of(self, expression: str, window: Window) -> LabelSets:
        """Return the series of an expression; any series if the expression cannot be read."""
        try:
            return self._of(parse(expression), window)
        except ValueError:
            return ANYTHING

    def _of(self, node: Expression, window: Window) -> LabelSets:
        if self._depth >= _DEEPEST:
            return ANYTHING
        self._depth += 1
        match node:
            case Vector() | Range():
                found = self._found(node, window)
            case Subquery(inner=inner):
                found = self._of(inner, window.back(node).from_before(node.range - self._edge))
            case Negation(inner=inner) | Aggregation(inner=inner):
                found = _flowed(node, self._of(inner, window))
            case Binary():
                found = self._combined(node, window)
            case Call():
                found = self._called(node, window)
            case _:  # a number or a text
                found = _NUMBER
        self._depth -= 1
        return found

    def _combined(self, node: Binary, window: Window) -> LabelSets:
        left = self._of(node.left, window)
        if node.operator == "unless":
            return left
        right = self._of(node.right, window)
        if node.operator == "or":
            return left | right
        if node.fill != (None, None):
            return ANYTHING
        if NOTHING in (left, right):
            return NOTHING
        if node.operator == "and":
            return left
        return _flowed(node, left, right) if _NUMBER in (left, right) else ANYTHING

    def _called(self, node: Call, window: Window) -> LabelSets:
        if node.function in ALWAYS:
            return _flowed(node)
        least = 2 if node.function in _OF_TWO else 1
        return _flowed(node, *(self._argument(one, window, least) for one in node.arguments))

    def _argument(self, node: Expression, window: Window, least: int) -> LabelSets:
        """Return the series of an argument. A range needs at least ``least`` samples in a series."""
        if isinstance(node, Subquery) and self._steps(node) < least:
            self.lacking[written(node)] = None
            return NOTHING
        return self._found(node, window, least) if isinstance(node, Range) else self._of(node, window)

    def _steps(self, node: Subquery) -> int:
        """Count the times at which a subquery is evaluated, at most: the multiples of its step in its range."""
        return 1 + int((node.range - self._edge) // (node.step or self._step))

    def _found(self, node: Vector | Range, window: Window, least: int = 1) -> LabelSets:
        """Return the series that a selector finds. Input series need at least ``least`` samples."""
        vector, length = (node, LOOKBACK) if isinstance(node, Vector) else (node.vector, node.range)
        selector, times, length = Selector.of(vector), window.back(vector), length - self._edge
        if vector.extended:  # samples outside of the range count as well, so any sample may matter
            times, least = Window(-math.inf, math.inf), 1
        evaluated = times.from_before(min(length, self._step) if isinstance(node, Vector) else length)
        makers = self._loaded.graph.makers(selector)
        made = NOTHING.union(*(self._made(rule, evaluated) for rule in makers))
        fed = self._input(selector, times.from_before(length), (least, length // MILLISECOND / self._interval))
        found = fed.union(labels for one in made if not (labels := one.narrowed(vector)).is_impossible)
        if found == NOTHING and (made != NOTHING or not makers):
            self.lacking[selector.text] = None
        return found

    def _input(self, selector: Selector, times: Window, needed: tuple[int, float]) -> LabelSets:
        if any(labels is None for labels, _ in self._fed):
            return ANYTHING
        return frozenset(
            BARE.setting(labels)
            for labels, values in self._fed
            if labels is not None and selector.matches(labels) and self._there(values, times, *needed)
        )

    def _there(self, values: InputValues, times: Window, least: int, apart: float) -> bool:
        """Return True if a series has enough samples at these times, or had enough before its author ended it."""
        first, last = times.places(self._interval, values.last)
        if values.enough_between(first, last, least, apart):
            return True
        if values.ends_by_intent(last):
            return values.enough_between(0, last, least, apart)
        if 0 <= values.last <= last:
            self.ended = max(self.ended, values.last * self._interval)
        return False

    def _made(self, rule: Rule, evaluated: Window) -> LabelSets:
        """Return the series that a rule makes at some times. An alert may keep firing long after its input ended."""
        alert = rule.kind is RuleKind.ALERT
        window = evaluated.from_ever() if alert else evaluated
        key = (id(rule), window)
        if id(rule) in self._above or len(self._known) > _MOST:
            return ANYTHING
        if key not in self._known:
            self._above.append(id(rule))
            series = self.of(rule.expression, window)
            self._known[key] = (
                _alerting(series, rule) if alert else _relabelled(series, {**rule.labels, NAME_LABEL: rule.name})
            )
            self._above.pop()
        return self._known[key]


def _flowed(node: Expression, *parts: LabelSets) -> LabelSets:
    """Return the series that a node makes of the series of its parts: nothing if a part has no series."""
    return frozenset(flowed(node, one) for one in product(*parts))


def _relabelled(series: LabelSets, labels: Mapping[str, str]) -> LabelSets:
    return frozenset(one.setting(labels) for one in series)


def _alerting(series: LabelSets, rule: Rule) -> LabelSets:
    """Return the series of ``ALERTS`` and ``ALERTS_FOR_STATE`` that an alert makes. A template can set any label."""
    if series and any("{{" in value for value in rule.labels.values()):
        return ANYTHING
    named = {**rule.labels, "alertname": rule.name}
    states = [{**named, NAME_LABEL: "ALERTS", "alertstate": state} for state in ("firing", "pending")]
    return NOTHING.union(*(_relabelled(series, new) for new in (*states, {**named, NAME_LABEL: "ALERTS_FOR_STATE"})))
