"""Tests of ``nan-in-aggregation``: quotients inside an aggregation that can be 0 / 0."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.nan_in_aggregation import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(expression: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a rule file of one alert with this expression."""
    text = f"groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          {expression}\n"
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


@pytest.mark.parametrize(
    "expression",
    [
        "avg(rate(e[5m]) / rate(t[5m])) > 1",
        "sum by (job) (1 - rate(e[5m]) / rate(t[5m])) > 1",
        "stddev(e % increase(t[5m])) > 1",
        "stdvar(-(e / abs(irate(t[5m])))) > 1",
        "avg(e / sum by (job) (rate(t[5m]))) > 1",
        "avg(e / (rate(a[5m]) + rate(b[5m]))) > 1",
        "avg(e / (2 * rate(a[5m]))) > 1",
        "avg(e / (rate(a[5m]) / 2)) > 1",
        "avg(e / (rate(a[5m]) or b)) > 1",
        "avg(clamp_max(e / rate(t[5m]), 1)) > 1",
        "avg_over_time((e / rate(t[5m]))[1h:1m]) > 1",
        "avg(e / sum_over_time(rate(t[5m])[1h:])) > 1",
        "sum((e / rate(t[5m])) or vector(0)) > 1",
        "sum(e / scalar(sum(rate(t[5m])))) > 1",
    ],
)
def test_a_divisor_that_is_zero_without_events_is_a_warning(expression: str) -> None:
    """One idle series spoils the result of the aggregation."""
    (one,) = found(expression)
    assert "a series without events" in one.message
    assert one.severity == "warning"


@pytest.mark.parametrize(
    "expression",
    [
        "avg(rate(e[5m]) / (rate(t[5m]) > 0)) > 1",
        "avg(rate(e[5m]) / clamp_min(rate(t[5m]), 1)) > 1",
        "avg(rate(e[5m]) / (rate(t[5m]) + 1)) > 1",
        "avg(rate(e[5m]) / (rate(t[5m]) and t > 0)) > 1",
        "avg(rate(e[5m]) / 60) > 1",
        "avg(e / count(rate(t[5m]))) > 1",
        "sum((rate(e[5m]) / rate(t[5m])) > 0.5) > 1",
        "sum((rate(e[5m]) / rate(t[5m])) >= bool 0.5) > 1",
        "max(rate(e[5m]) / rate(t[5m])) > 1",
        "sum(rate(e[5m])) / sum(rate(t[5m])) > 1",
        "avg_over_time(e[1h]) / rate(t[5m]) > 1",
        "avg(e / clamp(t, 1, 2)) > 1",
        "avg(e / (t unless t == 0)) > 1",
        "avg(e / (60 * count(t))) > 1",
        "avg(max by (job) (rate(e[5m]) / rate(t[5m]))) > 1",
        "sum(",
    ],
)
def test_a_bounded_divisor_is_not_found(expression: str) -> None:
    """A bounded divisor, or one without a known zero, is not found."""
    assert found(expression) == ()


@pytest.mark.parametrize(
    "expression",
    [
        "avg(used / node_memory_MemTotal_bytes) > 1",
        "sum(e / (a - b)) > 1",
        "sum(e / clamp_min(t, 0)) > 1",
        "sum(e / sum by (job) (t)) > 1",
        "sum(e / (t > bool 0)) > 1",
        "sum(e / predict_linear(t[1h], 60)) > 1",
        "sum(e / 0) > 1",
        "sum(e / (t * 60)) > 1",
    ],
)
def test_an_unknown_divisor_is_a_note(expression: str) -> None:
    """Most such gauges are never 0."""
    (one,) = found(expression)
    assert one.severity == "info"
    assert "a series with the divisor 0" in one.message
