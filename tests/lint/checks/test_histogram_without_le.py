"""Quantiles of what are no buckets."""

from __future__ import annotations

import pytest

from gonogo.lint.catalogue import findings
from gonogo.lint.check import Example
from gonogo.lint.checks.histogram_without_le import CHECK
from gonogo.lint.example_estate import estate_of
from gonogo.lint.finding import Finding


def found(expression: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a rule file of one alert with this expression."""
    text = f"groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          {expression}\n"
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


@pytest.mark.parametrize(
    "buckets",
    [
        "sum(rate(x_bucket[5m]))",
        "sum by (job) (rate(x_bucket[5m]))",
        "sum without (le) (rate(x_bucket[5m]))",
        "-sum by (job) (rate(x_bucket[5m]))",
        "topk(3, sum by (job) (rate(x_bucket[5m])))",
        "abs(sum by (job) (sum by (le, job) (rate(x_bucket[5m]))))",
        "sum by (le) (sum by (job) (rate(x_bucket[5m])))",
    ],
)
def test_an_aggregation_that_drops_the_bounds(buckets: str) -> None:
    """Whatever keeps series as they are stands around it."""
    (one,) = found(f"histogram_quantile(0.9, {buckets}) > 1")
    assert "drops the label le" in one.message


@pytest.mark.parametrize("buckets", ["x_bucket", "sum by (le) (x_bucket)", "-x_bucket", "x_bucket * 2"])
def test_buckets_since_the_process_began(buckets: str) -> None:
    """They are counters."""
    (one,) = found(f"histogram_quantile(0.9, {buckets}) > 1")
    assert "whole life" in one.message


@pytest.mark.parametrize(
    "expression",
    [
        "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > 1",
        "histogram_quantile(0.9, sum without (pod) (rate(x_bucket[5m]))) > 1",
        "histogram_quantile(0.9, rate(x_bucket[5m])) > 1",
        "histogram_quantile(0.9, sum(rate(x[5m]))) > 1",
        "histogram_quantile(0.9, job:x_bucket) > 1",
        "histogram_quantile(0.9, x_bucket - x_bucket offset 1h) > 1",
        'histogram_quantile(0.9, count_values("le", rate(x_bucket[5m]))) > 1',
        "sum(x_bucket) > 1",
    ],
)
def test_quantiles_as_they_should_be(expression: str) -> None:
    """Native histograms have no bounds to keep."""
    assert found(expression) == ()


def test_a_recorded_bucket_may_be_a_rate_already() -> None:
    """Its name says nothing then."""
    text = """\
groups:
  - name: g
    rules:
      - {record: x_bucket, expr: 'sum by (le) (rate(y_bucket[5m]))'}
      - {record: q, expr: 'histogram_quantile(0.9, x_bucket)'}
      - {record: r, expr: 'histogram_quantile(0.5, x_bucket)'}
"""
    assert findings(estate_of(Example({"rules.yml": text})), [CHECK]) == ()
