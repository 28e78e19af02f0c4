"""An alert on ``absent`` without a ``for`` fires at every restart. With a fallback inside it never fires.

Right after a start the server has no samples, and a failed scrape makes series vanish at once. So an alert on
``absent`` needs a ``for`` of at least two scrapes. ``absent_over_time`` looks back by itself, and its window counts as
well. If the argument contains ``or vector(0)``, it is never empty, and the alert never fires. Add a ``for``, or remove
the fallback.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.sampling import Sampling
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Number,
    Range,
    Subquery,
    Vector,
    children,
)

NEEDED = 2
"""How many scrape intervals must pass before absence means more than one lost scrape."""

_NONE = timedelta(0)


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the uses of ``absent`` in alerts that fire too early or never."""
    sampling = Sampling(estate)
    for rule in estate.alerts:
        if any(isinstance(node, Call) and node.function in ABSENCE_FUNCTIONS for node in rule.nodes):
            for call in _deciding(rule.nodes[0]):
                if message := _judged(rule, call, sampling):
                    yield rule.hit(rule.at(call), message)


def _deciding(root: Expression) -> Iterator[Call]:
    """Yield the absence functions that raise an alert. On the right of ``unless`` they only keep it quiet."""
    waiting = [root]
    while waiting:
        match waiting.pop():
            case Call(function=function) as call if function in ABSENCE_FUNCTIONS:
                yield call
            case Binary(operator="unless", left=left):
                waiting.append(left)
            case node:
                waiting.extend(children(node))


def _judged(rule: WrittenRule, call: Call, sampling: Sampling) -> str:
    argument = call.arguments[0]
    if _always(argument):
        return f"the argument of {call.function} is never empty, so the alert never fires; remove the fallback"
    window = argument.range if isinstance(argument, Range | Subquery) else _NONE
    waited = rule.rule.held + window
    quickest = min((paces[0] for vector in _vectors(argument) if (paces := sampling.paces(vector))), default=None)
    if quickest is not None and waited < NEEDED * quickest.interval:
        return (
            f"{quickest.source} every {format_duration(quickest.interval)}, so this alert fires when one scrape fails;"
            f" add a 'for' of at least {format_duration(NEEDED * quickest.interval)}"
        )
    if not waited:
        return f"without a 'for', {call.function} fires at a single failed scrape and at every restart; add 'for: 5m'"
    return ""


def _vectors(argument: Expression) -> Iterator[Vector]:
    match argument:
        case Vector() as vector:
            yield vector
        case Range(vector=vector):
            yield vector
        case _:
            return


def _always(node: Expression) -> bool:
    """Return whether a vector is never empty."""
    match node:
        case Call(function="vector"):
            return True
        case Binary(operator="or", left=left, right=right):
            return _always(left) or _always(right)
        case Binary(operator="+" | "-" | "*" | "/", left=left, right=right):
            return (_always(left) and isinstance(right, Number)) or (_always(right) and isinstance(left, Number))
        case Aggregation(operator="sum" | "min" | "max" | "avg" | "count", inner=inner):
            return _always(inner)
        case Negation(inner=inner) | Subquery(inner=inner):
            return _always(inner)
        case _:
            return False


_BAD = "groups: [{name: web, rules: [{alert: WebGone, expr: 'absent(up{job=\"web\"})'}]}]\n"

CHECK = Check(
    id="absent-without-for",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("'}]", "', for: 5m}]")}),
    requires=lambda estate: estate.configuration,
)
