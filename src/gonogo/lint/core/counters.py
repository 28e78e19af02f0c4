"""Counters and gauges: the functions that read counters, and the metrics that are certainly one or the other.

A counter only grows, except for resets to 0. A gauge goes up and down. A function for counters takes every fall of a
gauge for a reset and adds the value again. A type is certain only if targets declare it, if a recording rule computes
it, or if the metric has one of a few telling names. Source: Prometheus documentation, "Metric types" and "Metric and
label naming".
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.live import Live
from gonogo.promql.tree import COMPARISONS, Binary, Call, Expression, Number, Range, Vector

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
"""Endings of a series' name, and the types that targets declare for the name without the ending."""

_DECLARED = {"counter": "counter", "histogram": "counter", "gauge": "gauge", "gaugehistogram": "gauge"}
"""The declared type of a metric, and the type of the series that has exactly this name."""

COUNTER_ENDINGS = tuple(ending for ending, _ in _FAMILIES)
"""The usual endings of counter names: counters, and the counters inside histograms and summaries."""


def counter_calls(rule: WrittenRule) -> Iterator[tuple[Call, Expression]]:
    """Yield the calls of counter functions in a rule, each with its argument."""
    for node in rule.nodes:
        if isinstance(node, Call) and node.function in COUNTER_FUNCTIONS and len(node.arguments) == 1:
            yield node, node.arguments[0]


def raw_counter_calls(rule: WrittenRule) -> Iterator[tuple[Call, Vector, str]]:
    """Yield the calls of counter functions on a named metric, each with its selector and metric name."""
    for call, argument in counter_calls(rule):
        if isinstance(argument, Range) and argument.vector.metric is not None:
            yield call, argument.vector, argument.vector.metric


def declared(live: Live | None, metric: str) -> str:
    """Return ``counter`` or ``gauge`` as targets declare the metric; an empty text if they declare neither.

    A series with the name of a histogram itself is a native histogram. Its buckets only grow.
    """
    if live is None:
        return ""
    if kind := _DECLARED.get(live.types.get(metric, "")):
        return kind
    families = ((metric.removesuffix(ending), kinds) for ending, kinds in _FAMILIES if metric.endswith(ending))
    return "counter" if any(live.types.get(family) in kinds for family, kinds in families) else ""


def sure_gauge(estate: Estate, metric: str) -> str:
    """Return why a metric is certainly a gauge, as a clause; an empty text if that is not certain.

    The types that targets declare are not used here.
    """
    if makers := estate.graph.recorded_by(metric):
        trees = [linted.tree for maker in makers if (linted := estate.by_rule[id(maker)]) and not linted.is_alert]
        if trees and all(tree is not None and _goes_down(tree) for tree in trees):
            return "the recorded value goes up and down"
        return "" if trees else "it is 1 while an alert is active"
    if metric in _GAUGES or metric.endswith(_GAUGE_NAMES):
        return "its name is that of a gauge"
    return ""


def _goes_down(tree: Expression) -> bool:
    """Return whether the value of an expression can fall for other reasons than a counter reset."""
    match tree:
        case Call(function=function):
            return function in _GAUGE_FUNCTIONS
        case Binary(operator=operator, boolean=True):
            return operator in COMPARISONS
        case Binary(operator="/" | "-" | "%", right=right):
            return not isinstance(right, Number)
        case _:
            return False
