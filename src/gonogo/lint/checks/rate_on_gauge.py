"""A rate of a gauge takes every fall for a reset and adds it up.

``rate`` and ``irate`` are for counters: where a value falls, they think that it began again at 0. Of something that
goes up and down they give nonsense that grows with the ups and downs. What a metric is, its targets declare: a
running server tells. Without one, a name that does not end as counters' do (``_total``, ``_count``, ``_sum``,
``_bucket``) is merely worth knowing: many exporters are older than that custom, and it does not hold for native
histograms, nor for names with dots and the like, such as those of OpenTelemetry. Use ``deriv`` or ``delta``, or
aggregate the gauge itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.counters import COUNTER_ENDINGS, declared, raw_counter_calls, sure_gauge
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.live import Live
from gonogo.model.finding import Hit, Severity
from gonogo.model.names import is_classic_metric
from gonogo.promql.tree import Call, Vector, walk

RATES = frozenset({"rate", "irate"})


def find(estate: Estate) -> Iterator[Hit]:
    """List the rates of what targets declare gauges; each metric that is not named a counter is told once."""
    told = set(_histograms(estate))
    for rule in estate.rules:
        for call, _, metric in raw_counter_calls(rule):
            if call.function not in RATES:
                continue
            kind = declared(estate.live, metric)
            if kind == "gauge":
                message = f"{metric} is declared a gauge, and {call.function} is for counters; use deriv or delta"
                yield rule.hit(rule.at(call), message)
            elif not kind and metric not in told and not _may_count(estate, metric):
                told.add(metric)
                message = (
                    f"{call.function} is for counters, and {metric} is not named like one; if it goes up and down, "
                    "use deriv or delta"
                )
                yield rule.hit(rule.at(call), message, Severity.INFO)


def _may_count(estate: Estate, metric: str) -> bool:
    """Return whether a metric may be a counter by its name; of what rules record and of sure gauges others speak."""
    by_name = metric.endswith(COUNTER_ENDINGS) or not is_classic_metric(metric)
    return by_name or bool(estate.graph.recorded_by(metric) or sure_gauge(estate, metric))


def _histograms(estate: Estate) -> Iterator[str]:
    """List the metrics that some rule reads as native histograms: without buckets, in a function for histograms."""
    for rule in estate.rules:
        for node in rule.nodes:
            if isinstance(node, Call) and node.function.startswith("histogram_"):
                yield from (one.metric for one in walk(node) if isinstance(one, Vector) and one.metric is not None)


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
