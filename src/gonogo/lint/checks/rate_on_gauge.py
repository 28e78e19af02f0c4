"""A rate of a gauge takes every fall for a reset and adds it up.

``rate`` and ``irate`` are for counters: where a value falls, they think that it began again at 0. Of something that
goes up and down they give nonsense that grows with the ups and downs. What a metric is, its targets declare; this
check asks a running server. Use ``deriv`` or ``delta``, or aggregate the gauge itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.check import Check, Example
from gonogo.lint.counters import declared, raw_counter_calls
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity
from gonogo.lint.live import Live

RATES = frozenset({"rate", "irate"})


def find(estate: Estate) -> Iterator[Hit]:
    """List the rates of what targets declare gauges."""
    if estate.live is None:
        return
    for rule in estate.rules:
        for call, _, metric in raw_counter_calls(rule):
            if call.function in RATES and declared(estate.live, metric) == "gauge":
                message = f"{metric} is declared a gauge, and {call.function} is for counters; use deriv or delta"
                yield rule.hit(rule.at(call), message)


_FACTS = {"live": Live(types={"queue_length": "gauge"})}
CHECK = Check(
    id="rate-on-gauge",
    severity=Severity.WARNING,
    find=find,
    bad=Example(
        {"rules.yml": "groups: [{name: web, rules: [{alert: Filling, expr: 'rate(queue_length[5m]) > 1'}]}]\n"},
        _FACTS,
    ),
    good=Example(
        {"rules.yml": "groups: [{name: web, rules: [{alert: Filling, expr: 'deriv(queue_length[5m]) > 1'}]}]\n"},
        _FACTS,
    ),
)
