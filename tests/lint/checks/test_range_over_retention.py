"""Tests of ``range-over-retention``: ranges longer than the retention."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.lint.checks.range_over_retention import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(expression: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a rule file of one alert with this expression."""
    text = f"groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          {expression}\n"
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


KEPT = timedelta(days=15)


@pytest.mark.parametrize(
    ("expression", "reach"),
    [
        ("increase(x[30d]) > 1", "30d"),
        ("x offset 16d > 1", "16d"),
        ("rate(x[1d] offset 15d) > 1", "16d"),
        ("max_over_time(rate(x[5d])[11d:1h]) > 1", "16d"),
        ("sum(max_over_time((x offset 10d)[3d:1h] offset 4d)) > 1", "17d"),
    ],
)
def test_an_expression_that_looks_back_beyond_the_retention_is_found(expression: str, reach: str) -> None:
    """Ranges, offsets and subqueries add up."""
    (one,) = found(expression, retention=KEPT)
    assert f"looks back {reach}" in one.message


@pytest.mark.parametrize(
    "expression",
    ["increase(x[15d]) > 1", "x @ 0 > 1", "rate(x[30d] @ 0) > 1", "max_over_time(x[30d:1d] @ 0) > 1", "sum("],
)
def test_a_range_within_the_retention_or_at_a_fixed_time_is_not_found(expression: str) -> None:
    """Ranges within the retention, and fixed times, are not found."""
    assert found(expression, retention=KEPT) == ()


def test_an_unknown_retention_is_not_guessed() -> None:
    """Without a known retention the check finds nothing."""
    assert found("increase(x[10y]) > 1") == ()
