"""An alert without a condition fires on every sample, with any value.

Prometheus raises an alert for every series in the result of the expression. ``rate(errors_total[5m])`` always has a
result, and so has a comparison with ``bool``, which is 0 if it does not hold. A condition is a comparison without
``bool``, ``absent``, ``and`` or ``unless``, in the alert or in the recording rule that it reads. ``vector(1)`` alone is
the usual watchdog, which must always fire.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import COMPARISONS, Binary, Call, Expression, Vector


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the alerts that no condition keeps quiet."""
    for rule in estate.alerts:
        if not any(map(_filters, rule.nodes)) and any(isinstance(node, Vector) for node in rule.nodes):
            if _filters_below(estate, rule):
                continue
            how = " (a comparison with bool returns 0 and keeps the series)" if any(map(_is_bool, rule.nodes)) else ""
            yield rule.hit(rule.at(), f"this alert fires on any sample{how}; compare with a threshold, without bool")


def _filters_below(estate: Estate, rule: WrittenRule) -> bool:
    """Return whether a record that the alert reads may have a condition."""
    known = {id(rule.rule)}
    waiting = [rule]
    for reader in waiting:
        for node in reader.nodes:
            if not isinstance(node, Vector) or node.metric is None:
                continue
            makers = [estate.by_rule[id(maker)] for maker in estate.graph.recorded_by(node.metric)]
            if (":" in node.metric and not makers) or any(any(map(_filters, maker.nodes)) for maker in makers):
                return True
            waiting += [maker for maker in makers if id(maker.rule) not in known]
            known.update(id(maker.rule) for maker in makers)
    return False


def _filters(node: Expression) -> bool:
    match node:
        case Binary(operator="and" | "unless"):
            return True
        case Binary(operator=operator, boolean=boolean):
            return operator in COMPARISONS and not boolean
        case Call(function=function):
            return function in ABSENCE_FUNCTIONS
        case Vector(metric=metric):
            return metric in ALERT_METRICS
        case _:
            return False


def _is_bool(node: Expression) -> bool:
    return isinstance(node, Binary) and node.boolean


_BAD = "groups: [{name: web, rules: [{alert: Errors, expr: 'rate(errors_total[5m])'}]}]\n"

CHECK = Check(
    id="no-comparison",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("[5m])'", "[5m]) > 0.1'")}),
)
