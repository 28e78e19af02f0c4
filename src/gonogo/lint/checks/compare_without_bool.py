"""A comparison without ``bool`` records the compared value or nothing, never 0 or 1.

``age < 120`` keeps the age if the comparison holds, and drops the series if not. A rule that then asks ``fresh == 0``
or ``fresh == 1`` compares an age, and instead of a 0 there is no series at all. Write ``age < bool 120`` to record 0 or
1. Comparisons that can be meant as filters, such as ``up == 0`` read by ``== 0``, are not reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import COMPARISONS, HOLDS, MIRRORED, Aggregation, Binary, Expression, Number, Vector

BITS = (0.0, 1.0)


class _Reading(Struct, frozen=True):
    """A comparison of a recorded value with 0 or 1."""

    rule: WrittenRule
    vector: Vector
    operator: str
    bit: float


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the recorded comparisons that a rule or a gate reads as 0 or 1."""
    recorded = [(rule, found) for rule in estate.recording if rule.nodes and (found := _comparisons(rule.nodes[0]))]
    readings = _readings(estate, frozenset(rule.name for rule, _ in recorded))
    gates = estate.interest.binary if estate.interest else frozenset[str]()
    for rule, comparisons in recorded:
        where = rule.at(comparisons[0])
        if rule.name in gates:
            yield rule.hit(where, _message("a gate of the policy", rule.name))
            continue
        verdicts = (
            (severity, reading)
            for reading in readings
            if any(maker is rule.rule for maker in estate.graph.makers(Selector.of(reading.vector)))
            for comparison in comparisons
            if (severity := _severity(estate, comparison, reading))
        )
        for severity, reading in sorted(verdicts, key=lambda verdict: verdict[0].rank)[:1]:
            yield rule.hit(where, _message(f"{reading.rule.name} ({reading.rule.at().start})", rule.name), severity)


def _message(reader: str, name: str) -> str:
    return (
        f"without bool this records the compared value or nothing, but {reader} reads {name} as 0 or 1;"
        " write bool after the operator"
    )


def _comparisons(node: Expression) -> tuple[Binary, ...]:
    """Return the comparisons that an expression takes its values from, also through a product, ``min`` or ``max``."""
    match node:
        case Binary(operator=operator, boolean=False) if operator in COMPARISONS:
            return (node,)
        case Binary(operator="and" | "unless", left=inner):
            return _comparisons(inner)
        case (
            Binary(operator="*", left=inner, right=Number(value=1))
            | Binary(operator="*", left=Number(value=1), right=inner)
        ):
            return _comparisons(inner)
        case Binary(operator="*", left=left, right=right):
            one, other = _comparisons(left), _comparisons(right)
            return (*one, *other) if one and other else ()
        case Aggregation(operator="min" | "max", inner=inner):
            return _comparisons(inner)
        case _:
            return ()


def _readings(estate: Estate, metrics: frozenset[str]) -> list[_Reading]:
    if not metrics:
        return []
    return [
        _Reading(rule, vector, node.operator, bit)
        for rule in estate.rules
        for node in rule.nodes
        if isinstance(node, Binary) and node.operator in {"==", "!="}
        for vector, bit in _asked(node)
        if vector.metric in metrics
    ]


def _asked(node: Binary) -> Iterator[tuple[Vector, float]]:
    """Yield the selectors that are compared with 0 or 1, also through ``min`` or ``max``, with the number."""
    for side, other in ((node.left, node.right), (node.right, node.left)):
        inner = side.inner if isinstance(side, Aggregation) and side.operator in {"min", "max"} else side
        if isinstance(inner, Vector) and isinstance(other, Number) and other.value in BITS:
            yield inner, other.value


def _severity(estate: Estate, comparison: Binary, reading: _Reading) -> Severity | None:
    """Return how serious it is to read a comparison's values as 0 or 1; ``None`` if it may be meant as a filter."""
    operator, kept, bound = _oriented(comparison)
    if not isinstance(bound, Number):
        return Severity.ERROR
    if reading.operator == "==" and not HOLDS[operator](reading.bit, bound.value):
        return Severity.ERROR
    if operator == "==" and reading.operator == "==":
        return None
    if operator != "==" and bound.value in BITS and isinstance(kept, Vector):
        return None if _is_binary(estate, kept) else Severity.WARNING
    return Severity.ERROR


def _oriented(comparison: Binary) -> tuple[str, Expression, Expression]:
    """Return the operator, the side whose values are kept, and the side that they are compared with."""
    if isinstance(comparison.left, Number):
        return MIRRORED[comparison.operator], comparison.right, comparison.left
    return comparison.operator, comparison.left, comparison.right


def _is_binary(estate: Estate, vector: Vector) -> bool:
    """Return whether a metric is 0 or 1, by its name or by the rule that records it."""
    metric = vector.metric or ""
    if metric == "up" or metric.endswith("_up"):
        return True
    trees = [estate.by_rule[id(rule)].tree for rule in estate.graph.recorded_by(metric)]
    return bool(trees) and all(isinstance(tree, Binary) and tree.boolean for tree in trees)


_READER = "  {alert: Stale, expr: 'backup:fresh == 0', for: 5m}]}]\n"
_BAD = (
    "groups: [{name: backup, rules: [\n"
    f"  {{record: 'backup:fresh', expr: 'time() - backup_timestamp_seconds < 120'}},\n{_READER}"
)

CHECK = Check(
    id="compare-without-bool",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("< 120", "< bool 120")}),
    requires=lambda estate: estate.interest,
)
