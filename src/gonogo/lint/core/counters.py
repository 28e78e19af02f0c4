"""Counters and gauges: the functions that read counters, and what a metric surely is.

A counter only grows, save for resets to 0; a gauge goes up and down. A function for counters takes every fall of a
gauge for a reset, and adds it up. Sure is only what targets declare, what a recording rule computes, and the few
names that say it. Source: Prometheus documentation, "Metric types" and "Metric and label naming".
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.live import Live
from gonogo.promql.operators import COMPARISONS
from gonogo.promql.tree import Binary, Call, Expression, Number, Range, Vector

COUNTER_FUNCTIONS = frozenset({"rate", "irate", "increase", "resets"})

_GAUGE_NAMES = ("_timestamp_seconds", "_timestamp", "_ts", "_ratio", "_celsius", "_info", "_textfile_heartbeat_seq")
_GAUGES = frozenset({"up", "ALERTS", "process_start_time_seconds", "node_boot_time_seconds", "push_time_seconds"})
_GAUGE_FUNCTIONS = COUNTER_FUNCTIONS | {
    *("delta", "idelta", "deriv", "predict_linear", "holt_winters", "double_exponential_smoothing"),
    *("avg_over_time", "stddev_over_time", "stdvar_over_time", "quantile_over_time", "present_over_time"),
    *("changes", "histogram_quantile", "absent", "absent_over_time", "vector", "clamp"),
}
_FAMILIES = (
    ("_total", frozenset({"counter"})),
    ("_bucket", frozenset({"histogram"})),
    ("_count", frozenset({"histogram", "summary"})),
    ("_sum", frozenset({"histogram", "summary"})),
)
"""What a series' name ends in, and the types that targets then declare for the rest of the name."""

_DECLARED = {"counter": "counter", "histogram": "counter", "gauge": "gauge", "gaugehistogram": "gauge"}
"""The type that targets declare for a name, and how a series of just that name behaves."""

COUNTER_ENDINGS = tuple(ending for ending, _ in _FAMILIES)
"""How the names of counters end by custom, whether in a counter, a histogram or a summary."""


def counter_calls(rule: WrittenRule) -> Iterator[tuple[Call, Expression]]:
    """List the functions for counters in a rule, and what each is applied to."""
    for node in rule.nodes:
        if isinstance(node, Call) and node.function in COUNTER_FUNCTIONS and len(node.arguments) == 1:
            yield node, node.arguments[0]


def raw_counter_calls(rule: WrittenRule) -> Iterator[tuple[Call, Vector, str]]:
    """List the functions for counters that are applied to a named metric, with its selector and name."""
    for call, argument in counter_calls(rule):
        if isinstance(argument, Range) and argument.vector.metric is not None:
            yield call, argument.vector, argument.vector.metric


def declared(live: Live | None, metric: str) -> str:
    """Return ``counter`` or ``gauge``, as targets declare a metric; an empty text where they say neither.

    A series with the name of a histogram itself is a native histogram, whose buckets only grow.
    """
    if live is None:
        return ""
    if kind := _DECLARED.get(live.types.get(metric, "")):
        return kind
    families = ((metric.removesuffix(ending), kinds) for ending, kinds in _FAMILIES if metric.endswith(ending))
    return "counter" if any(live.types.get(family) in kinds for family, kinds in families) else ""


def sure_gauge(estate: Estate, metric: str) -> str:
    """Say why a metric is surely a gauge, as a clause; empty where nothing shows that it is.

    What targets declare is not asked here.
    """
    if makers := estate.graph.recorded_by(metric):
        trees = [linted.tree for maker in makers if (linted := estate.by_rule[id(maker)]) and not linted.is_alert]
        if trees and all(tree is not None and _goes_down(tree) for tree in trees):
            return "what is recorded under it goes up and down"
        return "" if trees else "it is 1 while an alert is active"
    if metric in _GAUGES or metric.endswith(_GAUGE_NAMES):
        return "its name is that of a gauge"
    return ""


def _goes_down(tree: Expression) -> bool:
    """Tell whether what an expression computes is no running total, whatever its series are."""
    match tree:
        case Call(function=function):
            return function in _GAUGE_FUNCTIONS
        case Binary(operator=operator, boolean=True):
            return operator in COMPARISONS
        case Binary(operator="/" | "-" | "%", right=right):
            return not isinstance(right, Number)
        case _:
            return False
