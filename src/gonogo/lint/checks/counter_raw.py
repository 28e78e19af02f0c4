"""The value of a counter says how long its process has been running, not how the system is.

A counter grows until a restart sets it to 0: ``errors_total > 100`` fires some day and never stops, a sum jumps
whenever an instance restarts, and ``delta``, ``idelta``, ``deriv`` and ``predict_linear`` take the restart for a fall.
Compare ``rate`` or ``increase``. A metric counts as a counter if targets declare it, if other rules take its rate, if
it ends in ``_bucket``, or if it ends in ``_count`` or ``_sum`` and rules read the ``_bucket`` of the same family or
take a rate in it. ``_total`` alone counts only if the metric is compared with a number by ``>`` or ``>=``, or stands
under ``delta`` or ``idelta``, because many gauges end in it, such as capacities (``used_bytes / bytes_total``,
``nodes_total < 3``). ``_count`` and ``_sum`` alone are as often gauges as counters, so they are not reported. A rule
may ask whether a counter exists, is 0, or differs from its own value some time ago.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.counters import declared, raw_counter_calls
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import (
    COMPARISONS,
    Aggregation,
    Binary,
    Call,
    Expression,
    Number,
    Range,
    Subquery,
    Vector,
    children,
    walk,
)

_ENDINGS = ("_total", "_bucket", "_count", "_sum")
_OF_FAMILIES = ("_count", "_sum")
_FAMILY_ENDINGS = ("_bucket", *_OF_FAMILIES)
_STATES = ("_up_total", "_down_total", "_online_total", "_offline_total", "_active_total", "_available_total")
"""Endings of gauges that count the things in one state."""

_VALUELESS_CALLS = ABSENCE_FUNCTIONS | {"timestamp", "histogram_quantile"}
"""Functions that ignore values, or whose argument another check judges."""

_VALUELESS_AGGREGATIONS = frozenset({"count", "group", "count_values"})

_DIFFERENCES = frozenset({"delta", "idelta"})
_GAUGE_FUNCTIONS = _DIFFERENCES | {"deriv", "predict_linear"}
"""Functions that take a counter's restart for a fall."""


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the counters whose values are compared, aggregated, or treated as gauges."""
    rules = [
        rule
        for rule in estate.rules
        if any(isinstance(node, Vector) and _may_count(estate, node) for node in rule.nodes)
    ]
    rated = _rated(rules)
    for rule in rules:
        for vector, over_threshold in _values(rule.nodes[0]):
            if _counts(estate, vector, rated, over_threshold):
                message = f"{vector.metric} is a counter: its value grows until a restart; compare its rate or increase"
                yield rule.hit(rule.at(vector), message)
        for call, vector in _taken_for_gauges(rule):
            if _counts(estate, vector, rated, call.function in _DIFFERENCES):
                message = f"{vector.metric} is a counter, and {call.function} takes a restart for a fall; use increase"
                yield rule.hit(rule.at(call), message)


def _rated(rules: Sequence[WrittenRule]) -> frozenset[str]:
    """Return the metrics that rules take rates of, and all metrics of the same families or of families with buckets."""
    rated = {metric for rule in rules for _, _, metric in raw_counter_calls(rule)}
    read = {node.metric for rule in rules for node in rule.nodes if isinstance(node, Vector) and node.metric}
    buckets = {metric for metric in read if metric.endswith("_bucket")}
    families = {_family(metric) for metric in rated | buckets if metric.endswith(_FAMILY_ENDINGS)}
    return frozenset(
        rated | {metric for metric in read if metric.endswith(_OF_FAMILIES) and _family(metric) in families}
    )


def _family(metric: str) -> str:
    return metric.rpartition("_")[0]


def _taken_for_gauges(rule: WrittenRule) -> Iterator[tuple[Call, Vector]]:
    for node in rule.nodes:
        match node:
            case Call(function=function, arguments=(Range(vector=vector), *_)) if function in _GAUGE_FUNCTIONS:
                yield node, vector
            case _:
                continue


def _may_count(estate: Estate, vector: Vector) -> bool:
    metric = vector.metric or ""
    return metric.endswith(_ENDINGS) or (estate.live is not None and declared(estate.live, metric) == "counter")


def _counts(estate: Estate, vector: Vector, rated: frozenset[str], over_threshold: bool) -> bool:  # noqa: FBT001  # a fact of the place
    metric = vector.metric or ""
    if not _may_count(estate, vector) or estate.graph.recorded_by(metric):
        return False
    if kind := declared(estate.live, metric):
        return kind == "counter"
    if metric in rated or metric.endswith("_bucket"):
        return True
    return over_threshold and metric.endswith("_total") and not metric.endswith(_STATES)


def _values(root: Expression) -> Iterator[tuple[Vector, bool]]:
    """Yield the instant selectors whose values are compared or aggregated, and whether only with a number, by ``>``."""
    waiting = [(root, False, False)]
    while waiting:
        node, used, over = waiting.pop()
        match node:
            case Vector() if used:
                yield node, over
            case Range() | Subquery():
                continue
            case Call(function=function) if function in _VALUELESS_CALLS:
                continue
            case Aggregation(operator=operator, inner=inner):
                if operator not in _VALUELESS_AGGREGATIONS:
                    waiting.append((inner, True, over))
            case Binary():
                waiting += _operands(node, used, over)
            case _:
                waiting += [(part, used, over) for part in children(node)]


def _operands(node: Binary, used: bool, over: bool) -> list[tuple[Expression, bool, bool]]:  # noqa: FBT001  # facts of the place
    """Return the operands whose values matter, whether they are used, and whether only compared by ``>`` or ``>=``."""
    match node:
        case Binary(operator="and" | "unless", left=left, right=right):
            sides = ((left, used, over), (right, False, False))
            return [side for side in sides if not _is_guard(side[0])]
        case Binary(operator="or", left=left, right=right):
            return [(left, used, over), (right, used, over)]
        case _:
            operator, left, right = node.operator, node.left, node.right
            if operator == "==" or _differs_from_itself(left, right):
                return []
            compared = operator in COMPARISONS
            with_number = isinstance(left, Number) or isinstance(right, Number)
            above = with_number and (_is_above(node) if compared else over)
            return [(left, used or compared, above), (right, used or compared, above)]


def _is_above(node: Binary) -> bool:
    return node.operator in ({"<", "<="} if isinstance(node.left, Number) else {">", ">="})


def _is_guard(node: Expression) -> bool:
    """Return whether an operand of ``and`` only asks whether anything was counted."""
    match node:
        case Binary(operator=">" | "!=", left=Vector() | Aggregation(inner=Vector()), right=Number(value=0)):
            return True
        case _:
            return False


def _differs_from_itself(left: Expression, right: Expression) -> bool:
    """Return whether two operands read one metric at different times."""
    one, other = ([node for node in walk(side) if isinstance(node, Vector)] for side in (left, right))
    shared = {vector.metric for vector in one} & {vector.metric for vector in other}
    times, others = ({(vector.offset, vector.at) for vector in side} for side in (one, other))
    return bool(shared) and times != others


CHECK = Check(
    id="counter-raw",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": "groups: [{name: web, rules: [{alert: Errors, expr: 'sum(errors_total) > 100'}]}]\n"}),
    good=Example(
        {
            "rules.yml": "groups: [{name: web, rules: [\n"
            "  {alert: Errors, expr: 'sum(increase(errors_total[1h])) > 100'}]}]\n"
        }
    ),
)
