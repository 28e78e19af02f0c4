"""Tests of ``migration-3x``: expressions with another meaning in Prometheus 3."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.migration_3x import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(expression: str, **facts: object) -> tuple[Finding, ...]:
    """Lint a rule file of one alert with this expression."""
    text = f"groups:\n  - name: g\n    rules:\n      - alert: A\n        expr: |\n          {expression}\n"
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ('x_bucket{le="1"} > 1', "1.0"),
        ('x{quantile=~"0|0.5"} > 1', "0.0"),
        ('x_bucket{le!~"(5|10)"} > 1', "5.0"),
        ("rate(x[1m:1m]) > 1", "one sample"),
        (r'x{text=~"a.\\nb"} > 1', "line breaks"),
        (r'x{text!~"(?s)a.b"} > 1', "line breaks"),
    ],
)
def test_an_expression_with_another_meaning_in_3x_is_found(expression: str, word: str) -> None:
    """The finding is a note before the upgrade, and a warning after it."""
    (before,) = found(expression, version=(2, 42))
    (after,) = found(expression, version=(3, 5))
    assert word in before.message
    assert (before.severity, after.severity) == ("info", "warning")


def test_a_function_with_a_new_name_in_3x_is_found() -> None:
    """On 3.x another check reports the old name as an error."""
    (one,) = found("holt_winters(x[5m], 0.5, 0.5) > 1")
    assert "double_exponential_smoothing" in one.message
    assert found("holt_winters(x[5m], 0.5, 0.5) > 1", version=(3, 0)) == ()


@pytest.mark.parametrize(
    "expression",
    [
        'x_bucket{le="0.5"} > 1',
        'x_bucket{le="+Inf"} > 1',
        r'x_bucket{le=~"1|1\\.0"} > 1',
        'x{code="1"} > 1',
        "rate(x[5m:1m]) > 1",
        "avg_over_time(x[1m:1m]) > 1",
        "rate(x[1m:]) > 1",
        'x{a=~"b.*"} > 1',
        r'x{a=~"b\\."} > 1',
        "sum(",
    ],
)
def test_an_expression_with_the_same_meaning_in_3x_is_not_found(expression: str) -> None:
    """Unchanged expressions, and subqueries with an unknown default step, are not found."""
    assert found(expression) == ()


def test_the_default_step_is_the_evaluation_interval() -> None:
    """A subquery without a step is found if the configuration gives the interval."""
    rules = "groups: [{name: g, rules: [{alert: A, expr: 'rate(x[30s:]) > 1'}]}]\n"
    configuration = "global: {evaluation_interval: 30s}\nrule_files: [rules.yml]\n"
    (one,) = findings(estate_of(Example({"rules.yml": rules, "prometheus.yml": configuration})), [CHECK])
    assert "one sample" in one.message
