"""A quantile of buckets that have lost their bounds, or of all observations since the process started.

``histogram_quantile`` distinguishes buckets by the label ``le``. If an aggregation drops the label, no buckets are
left, and the result is empty. Without ``rate`` around ``…_bucket`` the result is the quantile over the whole life of
each process, which hardly changes. Write
``histogram_quantile(0.95, sum by (job, le) (rate(latency_seconds_bucket[5m])))``. Recording rules are followed: a rule
that drops the label must keep it. Native histograms have no ``le``, so only series from ``…_bucket`` are checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.label_flow import KEEPING_OPERATORS
from gonogo.promql.tree import Aggregation, Binary, Call, Expression, Negation, Vector, walk

_QUANTILES = frozenset({"histogram_quantile", "histogram_fraction"})
_BUCKET = "_bucket"
_BOUND = "le"


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the quantiles of series without bounds, and of buckets without a rate."""
    for rule in estate.rules:
        for node in rule.nodes:
            if not isinstance(node, Call) or node.function not in _QUANTILES:
                continue
            buckets = node.arguments[-1]
            if not any(isinstance(part, Vector) and _of_buckets(estate, part) for part in walk(buckets)):
                continue
            if lost := _without_bounds(buckets):
                yield rule.hit(
                    rule.at(lost),
                    "this drops the label le, and without le there are no buckets and no quantile; write 'by (le, …)'",
                )
            elif unbound := _recorded_without(estate, rule, buckets):
                yield rule.hit(
                    rule.at(unbound),
                    f"the rule that records {unbound.metric} drops the label le, and without le there are no buckets "
                    "and no quantile; keep the label in that rule",
                )
            for vector in _raw(buckets):
                if not estate.graph.recorded_by(vector.metric or ""):
                    yield rule.hit(
                        rule.at(vector),
                        f"without rate() the quantile of {vector.metric} covers the whole life of each process; "
                        "put rate(…[5m]) around it",
                    )


def _of_buckets(estate: Estate, vector: Vector) -> bool:
    """Return whether a selector reads buckets with bounds, or records made from such buckets."""
    waiting = [vector.metric or ""]
    seen = set(waiting)
    for metric in waiting:
        if metric.endswith(_BUCKET):
            return True
        for maker in estate.graph.recorded_by(metric):
            read = {node.metric for node in estate.by_rule[id(maker)].nodes if isinstance(node, Vector) and node.metric}
            waiting += sorted(read - seen)
            seen |= read
    return False


def _recorded_without(estate: Estate, rule: WrittenRule, buckets: Expression) -> Vector | None:
    """Find a recorded series among the buckets whose recording rule has dropped ``le``."""
    known = estate.expected_labels.of(rule.rule)
    if not known[id(buckets)].of(_BOUND).is_absent:
        return None
    vectors = (part for part in walk(buckets) if isinstance(part, Vector))
    return next((one for one in vectors if known[id(one)].of(_BOUND).is_absent), None)


def _without_bounds(node: Expression) -> Aggregation | None:
    """Find an aggregation that drops ``le``, below functions that keep series as they are."""
    while True:
        match node:
            case Aggregation(operator=operator, inner=inner) if operator in KEEPING_OPERATORS:
                node = inner
            case Aggregation(operator="count_values"):
                return None
            case Aggregation(grouping=grouping, inner=inner):
                if grouping is None or (_BOUND in grouping.names) is (grouping.word == "without"):
                    return node
                node = inner
            case Negation(inner=inner):
                node = inner
            case Call(function=function, arguments=(inner,)) if function not in {"absent", "vector"}:
                node = inner
            case _:
                return None


def _raw(node: Expression) -> Iterator[Vector]:
    """Yield the buckets that reach the quantile as raw counters."""
    match node:
        case Vector(metric=str(metric)) if metric.endswith(_BUCKET) and ":" not in metric:
            yield node
        case Aggregation(inner=inner) | Negation(inner=inner):
            yield from _raw(inner)
        case Binary(operator="*" | "/" | "+" | "or", left=left, right=right):
            yield from _raw(left)
            yield from _raw(right)
        case _:
            return


_RULES = """\
groups:
  - name: web
    rules:
      - record: job:latency_seconds:p95
        expr: histogram_quantile(0.95, sum by ({}) (rate(latency_seconds_bucket[5m])))
"""

CHECK = Check(
    id="histogram-without-le",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("job")}),
    good=Example({"rules.yml": _RULES.format("job, le")}),
)
