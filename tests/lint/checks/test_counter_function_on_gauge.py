"""Tests of ``counter-function-on-gauge``: functions for counters on certain gauges."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.counter_function_on_gauge import CHECK
from gonogo.lint.core.live import Live
from tests.lint.core.short_rules import alert, found, record, severities


@pytest.mark.parametrize(
    ("metric", "sure"),
    [
        ("x_timestamp_seconds", True),
        ("up", True),
        ("disk_ratio", True),
        ("duri_textfile_heartbeat_seq", True),
        ("x_total", False),
        ("x_seconds", False),
        ("x_bytes", False),
    ],
)
def test_a_name_that_only_gauges_have_is_found(metric: str, sure: bool) -> None:  # noqa: FBT001  # the expectation
    """Only names that belong to gauges alone count."""
    for function in ("rate", "irate", "increase", "resets"):
        assert severities(CHECK, record("r", f"{function}({metric}[5m])")) == ["warning"] * sure
    assert severities(CHECK, record("r", f"changes({metric}[5m])")) == []


@pytest.mark.parametrize(
    ("expression", "sure"),
    [
        ("rate(x_total[5m])", True),
        ("x > bool 1", True),
        ("a / b", True),
        ("time() - x", True),
        ("x_total", False),
        ("x_total / 1000", False),
        ("x_total > 1", False),
        ("sum(x_total)", False),
        ("x_total + y_total", False),
        ("sum(", False),
    ],
)
def test_a_record_of_a_gauge_expression_is_found(expression: str, sure: bool) -> None:  # noqa: FBT001  # the expectation
    """A record whose value goes up and down is a gauge."""
    rules = (record("job:x", expression), record("r", "increase(job:x[5m])"))
    assert severities(CHECK, *rules) == ["warning"] * sure


def test_a_name_that_one_rule_records_as_a_counter_is_not_found() -> None:
    """If one rule records a counter, the name is not certain."""
    rules = (record("job:x", "a / b"), record("job:x", "x_total", zone="a"), record("r", "rate(job:x[5m])"))
    assert severities(CHECK, *rules) == []


def test_the_series_of_alerts_are_gauges() -> None:
    """A function for counters over ``ALERTS`` is found."""
    (one,) = found(CHECK, alert("A", "increase(ALERTS[1h]) > 0"))
    assert "it is 1 while an alert is active" in one.message


@pytest.mark.parametrize(
    ("kind", "expression", "sure"),
    [
        ("gauge", "increase(x_bytes[5m])", True),
        ("gauge", "resets(x_bytes[5m])", True),
        ("gauge", "rate(x_bytes[5m])", False),
        ("gauge", "rate(x_timestamp_seconds[5m])", False),
        ("counter", "increase(x_timestamp_seconds[5m])", False),
        ("unknown", "increase(x_timestamp_seconds[5m])", True),
    ],
)
def test_a_declared_type_counts_more_than_a_name(kind: str, expression: str, sure: bool) -> None:  # noqa: FBT001  # the expectation
    """Gauges are found under ``increase`` and ``resets``. Another check reports rates of gauges."""
    live = Live(types={"x_bytes": kind, "x_timestamp_seconds": kind})
    assert severities(CHECK, record("r", expression), live=live) == ["warning"] * sure


@pytest.mark.parametrize("metric", ["native_ratio", "http.requests_ratio"])
def test_a_declared_histogram_or_counter_is_not_a_gauge(metric: str) -> None:
    """The declared type counts, even if only gauges have such a name."""
    types = {"native_ratio": "histogram", "http.requests_ratio": "counter"}
    rule = record("r", f'rate({{"{metric}"}}[5m]) + increase({{"{metric}"}}[5m])')
    assert severities(CHECK, rule, live=Live(types=types)) == []
