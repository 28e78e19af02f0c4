"""Tests of ``counter-raw``: counters whose own values are read."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.counter_raw import CHECK
from gonogo.lint.core.live import Live
from tests.lint.core.short_rules import alert, found, record, severities

RATED = record("rated", "rate(c_total[5m])")


@pytest.mark.parametrize(
    "expression",
    [
        "x_total > 100",
        "x_total >= 100",
        "100 < x_total",
        "sum by (job) (x_total) > 100",
        "x_total * 100 > 5",
        "x_total > 100 or y > 1",
        "x_total > 5 and y > 1",
        "y > 1 unless x_total > 5",
        "abs(x_total) > 5",
        "c_total < 5",
        "sum(c_total) / sum(y) > 0.5",
        "topk(3, c_total)",
        "sum(x_seconds_bucket) < 5",
        "0 < -x_total",
    ],
)
def test_a_counter_whose_value_is_read_is_found(expression: str) -> None:
    """``_total`` needs a threshold. A certain counter is found in every use of its value."""
    assert severities(CHECK, RATED, alert("A", expression)) == ["warning"]


@pytest.mark.parametrize(
    "expression",
    [
        "rate(x_total[5m]) > 1",
        "max_over_time(c_total[5m]) > 1",
        "max_over_time(c_total[5m:1m]) > 1",
        "absent(c_total)",
        "time() - timestamp(c_total) > 60",
        "count(c_total) > 3",
        "c_total == 0",
        "c_total - c_total offset 1h > 3",
        "c_total > c_total offset 1h",
        "y > 1 and c_total > 0",
        "sum(c_total) > 0 and y > 1",
        "y > 1 unless c_total != 0",
        "y > 1 and c_total",
        "y and c_total unless c_total",
        "c_total",
        "c_total * 8",
        "x_total < 5",
        "y > x_total",
        "x_total - y > 0",
        "used / x_total > 0.9",
        "disks_offline_total > 0",
        "x_count > 5 or x_sum > 5",
        "plain > 5",
        '{__name__=~".*_total"} > 5',
        "sum(",
    ],
)
def test_uses_without_the_value_and_differences_are_not_found(expression: str) -> None:
    """Uses without the value, differences, and names that gauges also have are not found."""
    assert severities(CHECK, RATED, alert("A", expression)) == []


def test_a_ratio_of_one_counter_with_itself_is_found() -> None:
    """A ratio of one metric at one time is not a difference."""
    assert severities(CHECK, RATED, alert("A", 'c_total{code="5"} / c_total > 0.1')) == ["warning", "warning"]


def test_a_declared_type_counts_more_than_a_name() -> None:
    """A declared counter is found under any name, and a declared gauge is not found with ``_total``."""
    live = Live(types={"odd": "counter", "x_total": "gauge", "lag": "histogram"})
    told = found(CHECK, alert("A", "odd > 5 or x_total > 5 or lag_count < 5"), live=live)
    assert [one.message.split()[0] for one in told] == ["odd", "lag_count"]


def test_a_recorded_series_is_not_found_by_its_name() -> None:
    """The name of a recorded series does not show its type."""
    assert severities(CHECK, record("all_total", "x + y"), alert("A", "all_total > 5")) == []


@pytest.mark.parametrize(
    ("expression", "severity"),
    [
        ("delta(x_total[5m]) > 1", ["warning"]),
        ("idelta(x_total[5m]) > 1", ["warning"]),
        ("deriv(c_total[5m]) > 1", ["warning"]),
        ("predict_linear(c_total[5m], 60) > 1", ["warning"]),
        ("deriv(x_total[5m]) > 1", []),
        ("delta(disks_offline_total[5m]) > 1", []),
        ("delta(plain[5m]) > 1", []),
        ("delta(c_total[5m:1m]) > 1", []),
        ("changes(c_total[5m]) > 1", []),
    ],
)
def test_a_counter_under_a_function_for_gauges_is_found(expression: str, severity: list[str]) -> None:
    """The name is enough under differences. Other functions need certainty."""
    assert severities(CHECK, RATED, alert("A", expression)) == severity


@pytest.mark.parametrize(
    ("evidence", "severity"),
    [
        ("rate(x_sum[5m])", ["warning"]),
        ("histogram_quantile(0.9, rate(x_bucket[5m]))", ["warning"]),
        ("rate(y_sum[5m])", []),
        ("x_sum", []),
    ],
)
def test_a_series_of_a_histogram_family_is_found(evidence: str, severity: list[str]) -> None:
    """A series of a family with buckets or a rate is a counter as well."""
    assert severities(CHECK, record("r", evidence), alert("A", "sum(x_count) > 100")) == severity
