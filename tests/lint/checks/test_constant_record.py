"""What measures nothing is found, and is an error where a verdict depends on it."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.constant_record import CHECK
from gonogo.lint.core.interest import Interest
from tests.lint.core.short_rules import alert, found, record, severities

SIGNAL = Interest("metric_realm", "prod", frozenset({"signal"}))


@pytest.mark.parametrize("expression", ["vector(0.01)", "1", "x * 0", "x or vector(0)", "0 * x or y"])
def test_what_is_made_up(expression: str) -> None:
    """A remark by itself, an error under a signal of the policy."""
    assert severities(CHECK, record("signal", expression)) == ["info"]
    assert severities(CHECK, record("signal", expression), interest=SIGNAL) == ["error"]


@pytest.mark.parametrize(
    "expression", ["x", "x * 8", "x or y", "sum(", '{__name__="x", zone="a"}', '{zone="a"}', "ALERTS"]
)
def test_what_is_measured(expression: str) -> None:
    """Or cannot be read, which another check reports."""
    rules = (record("signal", expression), alert("Watchdog", "vector(1)"))
    assert severities(CHECK, *rules, interest=SIGNAL) == []


def test_what_lies_on_made_up_values() -> None:
    """It is made up as well, says from what, and is an error as far as the policy reads it."""
    rules = (record("base", "vector(1)"), record("signal", "base * 2"), record("aside", "signal + base"))
    told = [(one.rule, one.severity.value) for one in found(CHECK, *rules, interest=SIGNAL)]
    assert told == [("base", "error"), ("signal", "error"), ("aside", "info")]
    messages = [one.message for one in found(CHECK, *rules, interest=SIGNAL)]
    assert messages[1].startswith("signal comes from base, whose rule reads no series: vector(1)")


def test_what_lies_on_the_unreadable() -> None:
    """Of that nothing is known."""
    assert severities(CHECK, record("base", "sum("), record("signal", "base * 2"), interest=SIGNAL) == []


def test_a_circle_ends() -> None:
    """Rules that read one another are each visited once."""
    rules = (record("a", "b * 2"), record("b", "a * 2 or vector(0)"))
    assert severities(CHECK, *rules) == ["info", "info"]
