"""Tests of ``histogram-without-le``: quantiles without buckets."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.histogram_without_le import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


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
def test_an_aggregation_that_drops_le_is_found(buckets: str) -> None:
    """The aggregation is found, also below functions that keep series as they are."""
    (one,) = found(f"histogram_quantile(0.9, {buckets}) > 1")
    assert "drops the label le" in one.message


@pytest.mark.parametrize("buckets", ["x_bucket", "sum by (le) (x_bucket)", "-x_bucket", "x_bucket * 2"])
def test_buckets_without_a_rate_are_found(buckets: str) -> None:
    """Such buckets count since the start of the process."""
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
def test_correct_quantiles_are_not_found(expression: str) -> None:
    """Quantiles of native histograms are not found either."""
    assert found(expression) == ()


def test_recorded_buckets_without_a_rate_are_not_found() -> None:
    """A recorded bucket may already be a rate."""
    text = """\
groups:
  - name: g
    rules:
      - {record: x_bucket, expr: 'sum by (le) (rate(y_bucket[5m]))'}
      - {record: q, expr: 'histogram_quantile(0.9, x_bucket)'}
      - {record: r, expr: 'histogram_quantile(0.5, x_bucket)'}
"""
    assert findings(estate_of(Example({"rules.yml": text})), [CHECK]) == ()


def of_records(*rules: str) -> list[str]:
    """Return the messages about rules written in one line each."""
    text = f"groups: [{{name: g, rules: [{', '.join(f'{{{rule}}}' for rule in rules)}]}}]\n"
    return [one.message for one in findings(estate_of(Example({"rules.yml": text})), [CHECK])]


DROPPED = "record: 'job:x:rate5m', expr: 'sum by (job) (rate(x_bucket[5m]))'"


@pytest.mark.parametrize("buckets", ["job:x:rate5m", "avg without (pod) (job:x:rate5m)", "job:y:rate5m"])
def test_a_record_that_drops_le_is_found(buckets: str) -> None:
    """A record that drops ``le`` is found, directly or through another record."""
    again = "record: 'job:y:rate5m', expr: 'job:x:rate5m * 2'"
    (message,) = of_records(DROPPED, again, f"alert: A, expr: 'histogram_quantile(0.9, {buckets}) > 1'")
    assert "drops the label le" in message
    assert message.startswith("the rule that records job:")


@pytest.mark.parametrize(
    "other",
    [
        "record: 'job:z', expr: 'sum by (job) (rate(native[5m]))'",
        "record: 'job:z', expr: 'sum by (job, le) (rate(x_bucket[5m]))'",
        "record: 'job:z', expr: 'sum by (job) (job:z)'",
        "record: 'job:z', expr: 'sum by ('",
        "record: 'job:z', expr: 'job:x:rate5m or rate(x_bucket[5m])'",
    ],
)
def test_a_record_that_needs_no_le_or_keeps_it_is_not_found(other: str) -> None:
    """Native histograms have no bounds, and a record may keep the bounds of some series."""
    assert of_records(DROPPED, other, "alert: A, expr: 'histogram_quantile(0.9, job:z) > 1'") == []


def test_a_join_that_loses_le_names_no_record() -> None:
    """The join may lose the bounds, and no record is to blame."""
    assert of_records("alert: A, expr: 'histogram_quantile(0.9, rate(x_bucket[5m]) * on (job) y) > 1'") == []
