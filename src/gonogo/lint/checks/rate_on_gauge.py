"""A rate of a gauge takes every fall for a reset and adds the value again.

``rate`` and ``irate`` are for counters: if the value falls, they assume that it restarted at 0. For a gauge the result
is meaningless and grows with the ups and downs. Targets declare the type of a metric, and a running server returns it.
Without a server, a name without the usual ending of counters (``_total``, ``_count``, ``_sum``, ``_bucket``) is only a
note: many exporters are older than that custom, and it does not hold for native histograms, or for names with dots and
the like, such as those of OpenTelemetry. Use ``deriv`` or ``delta``, or aggregate the gauge itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.counters import COUNTER_ENDINGS, declared, raw_counter_calls, sure_gauge
from gonogo.lint.core.live import Live
from gonogo.model.series import is_classic_metric
from gonogo.promql.tree import Call, Vector, walk

RATES = frozenset({"rate", "irate"})


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the rates of declared gauges, and, once each, of metrics that are not named like a counter."""
    reported = set(_histograms(estate))
    for rule in estate.rules:
        for call, _, metric in raw_counter_calls(rule):
            if call.function not in RATES:
                continue
            kind = declared(estate.live, metric)
            if kind == "gauge":
                message = f"{metric} is declared a gauge, and {call.function} is for counters; use deriv or delta"
                yield rule.hit(rule.at(call), message)
            elif not kind and metric not in reported and not _may_count(estate, metric):
                reported.add(metric)
                message = (
                    f"{call.function} is for counters, and {metric} is not named like a counter; if it goes up and "
                    "down, use deriv or delta"
                )
                yield rule.hit(rule.at(call), message, Severity.INFO)


def _may_count(estate: Estate, metric: str) -> bool:
    """Return whether a metric may be a counter by its name. Other checks judge records and certain gauges."""
    by_name = metric.endswith(COUNTER_ENDINGS) or not is_classic_metric(metric)
    return by_name or bool(estate.graph.recorded_by(metric) or sure_gauge(estate, metric))


def _histograms(estate: Estate) -> Iterator[str]:
    """Yield the metrics that a rule reads as native histograms: inside a histogram function."""
    for rule in estate.rules:
        for node in rule.nodes:
            if isinstance(node, Call) and node.function.startswith("histogram_"):
                yield from (one.metric for one in walk(node) if isinstance(one, Vector) and one.metric is not None)


_FACTS = {"live": Live(types={"queue_length": "gauge"})}
_BAD = "groups: [{name: web, rules: [{alert: Filling, expr: 'rate(queue_length[5m]) > 1'}]}]\n"

CHECK = Check(
    id="rate-on-gauge",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}, _FACTS),
    good=Example({"rules.yml": _BAD.replace("'rate(", "'deriv(")}, _FACTS),
)
