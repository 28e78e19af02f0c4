"""Tests of ``selector-without-name``: selectors that read every metric."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.selector_without_name import CHECK
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
    ['{job="a"} > 1', 'sum({job="a"}) > 1', 'rate({job="a"}[5m]) > 1', 'sum(count({a="b"}) + {c="d"}) > 1'],
)
def test_a_selector_without_a_name_is_found(expression: str) -> None:
    """The values of its series are used."""
    (one,) = found(expression)
    assert "name the metric" in one.message


@pytest.mark.parametrize(
    "expression",
    [
        "x > 1",
        '{__name__="x"} > 1',
        '{__name__=~"x|y"} > 1',
        'count by (__name__) ({__name__=~".+"}) > 1',
        'count({job="a"}) > 1',
        'absent({job="a"})',
        'sum(count_over_time({job="a"}[5m])) > 1',
        'info(x, {k8s_cluster_name=~".+"}) > 1',
        "sum(",
    ],
)
def test_a_named_selector_or_a_count_of_series_is_not_found(expression: str) -> None:
    """A named selector, or one that only counts series, is not found."""
    assert found(expression) == ()
