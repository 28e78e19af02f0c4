"""Tests of ``no-comparison``: alerts without a condition."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.no_comparison import CHECK
from tests.lint.core.short_rules import alert, found, record, severities


@pytest.mark.parametrize("expression", ["x", "rate(x[5m])", "x > bool 5", "x * (y > bool 5)", "a or b", "job:plain"])
def test_an_alert_without_a_condition_is_found(expression: str) -> None:
    """An alert without a comparison, or with a comparison that returns 0, is found."""
    assert severities(CHECK, record("job:plain", "a / b"), alert("A", expression)) == ["warning"]


@pytest.mark.parametrize(
    "expression",
    [
        "x > 5",
        "sum(x > 5)",
        "x and y",
        "x unless y",
        "absent(x)",
        'ALERTS{alertname="B"}',
        "ALERTS_FOR_STATE",
        "vector(1)",
        "job:high",
        "job:higher",
        "job:circle",
        "job:unknown:here",
        '{__name__="job:high", zone="a"}',
        "sum(",
    ],
)
def test_an_alert_that_may_be_quiet_is_not_found(expression: str) -> None:
    """A condition, a watchdog, and a record with a condition or of unknown origin are not found."""
    rules = (
        record("job:high", "x > 5"),
        record("job:higher", "job:high * 2"),
        record("job:circle", "job:circle + job:high"),
    )
    assert severities(CHECK, *rules, alert("A", expression)) == []


def test_an_alert_over_a_circle_of_rules_is_found() -> None:
    """The rules of the circle have no condition."""
    assert severities(CHECK, record("job:a", "job:a * 2"), alert("A", 'job:a + {zone="a"}')) == ["warning"]


def test_the_message_names_bool() -> None:
    """A comparison with ``bool`` is the usual mistake."""
    (one,) = found(CHECK, alert("A", "x > bool 5"))
    assert "a comparison with bool returns 0" in one.message
