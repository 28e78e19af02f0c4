"""A function for counters on a gauge counts every fall as a reset, and reports changes that never happened.

``increase``, ``rate``, ``irate`` and ``resets`` are for counters. On a timestamp, a ratio or a recorded rate they take
every fall for a restart from 0, so that ``increase`` of a sequence that started again is a huge number. A metric counts
as a gauge by its name (``_timestamp_seconds``, ``_ratio``, ``up``…), by the recording rule that makes it, and, for
``increase`` and ``resets``, by the type that targets declare. Use ``changes``, ``delta`` or ``deriv``, or read the
counter itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.counters import declared, raw_counter_calls, sure_gauge

DECLARED = frozenset({"increase", "resets"})
"""The functions for which this check uses declared types. For rates the check ``rate-on-gauge`` does."""


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the calls of counter functions on metrics that are certainly gauges."""
    for rule in estate.rules:
        for call, _, metric in raw_counter_calls(rule):
            if why := _why_gauge(estate, call.function, metric):
                message = (
                    f"{metric} is a gauge ({why}), and {call.function} is for counters: every fall would count as a"
                    " reset; use changes, delta or deriv"
                )
                yield rule.hit(rule.at(call), message)


def _why_gauge(estate: Estate, function: str, metric: str) -> str:
    if kind := declared(estate.live, metric):
        return "its targets declare it" if kind == "gauge" and function in DECLARED else ""
    return sure_gauge(estate, metric)


_BAD = (
    "groups: [{name: beat, rules: [\n"
    "  {alert: NoBeat, expr: 'increase(backup_last_success_timestamp_seconds[1d]) < 1', for: 1h}]}]\n"
)

CHECK = Check(
    id="counter-function-on-gauge",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("increase", "changes")}),
)
