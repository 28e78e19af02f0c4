"""An alert without a condition fires whenever there is any sample, whatever its value.

Prometheus raises an alert for every series that its expression gives. ``rate(errors_total[5m])`` gives one all
the time. A condition is a comparison without ``bool``, ``absent``, ``and`` or ``unless``; ``vector(1)`` alone
is the usual watchdog, which shall always fire.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity
from gonogo.rules.selectors import ABSENCE_FUNCTIONS
from gonogo.rules.tree import Binary, Call, Expression, Vector

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})


def find(estate: Estate) -> Iterator[Hit]:
    """List the alerts that nothing keeps quiet."""
    for rule in estate.alerts:
        if any(isinstance(node, Vector) for node in rule.nodes) and not any(map(_filters, rule.nodes)):
            yield rule.hit(rule.at(), "this alert fires on any sample; compare with a threshold")


def _filters(node: Expression) -> bool:
    match node:
        case Binary(operator="and" | "unless"):
            return True
        case Binary(operator=operator, boolean=boolean):
            return operator in COMPARISONS and not boolean
        case Call(function=function):
            return function in ABSENCE_FUNCTIONS
        case Vector(metric=metric):
            return metric == "ALERTS"
        case _:
            return False


CHECK = Check(
    id="no-comparison",
    severity=Severity.WARNING,
    find=find,
    bad=Example(
        {"rules.yml": "groups: [{name: web, rules: [{alert: Errors, expr: 'rate(errors_total[5m])'}]}]\n"},
    ),
    good=Example(
        {"rules.yml": "groups: [{name: web, rules: [{alert: Errors, expr: 'rate(errors_total[5m]) > 0.1'}]}]\n"},
    ),
)
