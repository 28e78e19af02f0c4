"""A rate of an aggregate takes every counter that disappears for a reset of all counters.

``rate``, ``irate``, ``increase`` and ``resets`` see a counter's resets in single series. In a sum of counters one
restart, or one instance that leaves, makes the sum fall, and the function adds the rest again as if it had just been
counted. Take the rate first and then aggregate: ``sum(rate(x[5m]))``. Record that instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.counters import counter_calls
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import Aggregation, Expression, Range, Subquery, Vector


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the functions for counters that are applied to aggregates."""
    for rule in estate.rules:
        for call, argument in counter_calls(rule):
            if what := _aggregate(estate, argument):
                message = (
                    f"{call.function} is applied to {what}, where one series' reset looks like a reset of all;"
                    f" take the {call.function} first, then aggregate"
                )
                yield rule.hit(rule.at(call), message)


def _aggregate(estate: Estate, argument: Expression) -> str:
    """Return a name for the aggregate inside a range; empty if there is none."""
    match argument:
        case Subquery(inner=Aggregation(operator=operator)):
            return f"a subquery of {operator}"
        case Range(vector=Vector() as vector) | Subquery(inner=Vector() as vector):
            return _recorded(estate, vector)
        case _:
            return ""


def _recorded(estate: Estate, vector: Vector) -> str:
    if vector.metric is None or not estate.graph.recorded_by(vector.metric):
        return ""
    for maker in estate.graph.makers(Selector.of(vector)):
        match estate.by_rule[id(maker)].tree:
            case Aggregation(operator=operator):
                return f"{vector.metric}, which records a {operator}"
            case _:
                continue
    return ""


CHECK = Check(
    id="rate-of-aggregate",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {
            "rules.yml": "groups: [{name: web, rules: [\n"
            "  {record: 'job:requests:sum', expr: 'sum by (job) (requests_total)'},\n"
            "  {alert: Surge, expr: 'rate(job:requests:sum[5m]) > 100'}]}]\n"
        }
    ),
    good=Example(
        {
            "rules.yml": "groups: [{name: web, rules: [\n"
            "  {record: 'job:requests:rate5m', expr: 'sum by (job) (rate(requests_total[5m]))'},\n"
            "  {alert: Surge, expr: 'job:requests:rate5m > 100'}]}]\n"
        }
    ),
)
