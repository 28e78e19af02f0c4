"""Tests of ``rate-of-aggregate``: functions for counters outside aggregations."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.rate_of_aggregate import CHECK
from tests.lint.core.short_rules import found, record, severities

SUM = record("job:x:sum", "sum by (job) (x_total)", zone="a")
PLAIN = record("job:y:copy", "y_total")


@pytest.mark.parametrize(
    "expression",
    [
        "rate(job:x:sum[5m])",
        "irate(job:x:sum[5m])",
        "sum(increase(job:x:sum[5m]))",
        "resets(job:x:sum[5m])",
        "rate(job:x:sum[5m:1m])",
        "rate(sum(x_total)[5m:1m])",
    ],
)
def test_a_function_for_counters_over_an_aggregate_is_found(expression: str) -> None:
    """A recorded aggregate or a subquery is found, with each of the four functions."""
    assert severities(CHECK, SUM, record("r", expression)) == ["error"]


@pytest.mark.parametrize(
    "expression",
    [
        "delta(job:x:sum[5m])",
        "rate(job:y:copy[5m])",
        "rate(job:z:unknown[5m])",
        'rate(job:x:sum{zone="b"}[5m])',
        'rate({__name__=~"job:.*"}[5m])',
        "rate(x_total[5m])",
        "rate((x_total + y_total)[5m:1m])",
        "sum(rate(x_total[5m]))",
    ],
)
def test_a_function_over_other_series_is_not_found(expression: str) -> None:
    """Other arguments, unknown records, and records that the selector cannot find are not reported."""
    assert severities(CHECK, SUM, PLAIN, record("r", expression)) == []


def test_the_one_rule_of_a_name_that_aggregates_is_reported() -> None:
    """If one of several rules of a name aggregates, the message names it."""
    other = record("job:x:sum", "x_total", zone="b")
    (one,) = found(CHECK, other, SUM, record("r", "rate(job:x:sum[5m])"))
    assert "job:x:sum, which records a sum" in one.message
