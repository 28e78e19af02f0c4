"""Tests of ``constant-record``: invented values are found, and are an error if a verdict depends on them."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.constant_record import CHECK
from gonogo.lint.core.interest import Interest
from tests.lint.core.short_rules import alert, found, record, severities

SIGNAL = Interest("metric_realm", "prod", frozenset({"signal"}))


@pytest.mark.parametrize("expression", ["vector(0.01)", "1", "x * 0", "x or vector(0)", "0 * x or y"])
def test_an_invented_value_is_found(expression: str) -> None:
    """An invented value is a note, and an error under a signal of the policy."""
    assert severities(CHECK, record("signal", expression)) == ["info"]
    assert severities(CHECK, record("signal", expression), interest=SIGNAL) == ["error"]


@pytest.mark.parametrize(
    "expression", ["x", "x * 8", "x or y", "sum(", '{__name__="x", zone="a"}', '{zone="a"}', "ALERTS"]
)
def test_measured_and_unreadable_values_are_not_found(expression: str) -> None:
    """Measured values and unreadable expressions are not found."""
    rules = (record("signal", expression), alert("Watchdog", "vector(1)"))
    assert severities(CHECK, *rules, interest=SIGNAL) == []


def test_a_record_made_from_invented_values_is_found() -> None:
    """A record made from invented values is found too, and is an error if the policy reads it."""
    rules = (record("base", "vector(1)"), record("signal", "base * 2"), record("aside", "signal + base"))
    told = [(one.rule, one.severity.value) for one in found(CHECK, *rules, interest=SIGNAL)]
    assert told == [("base", "error"), ("signal", "error"), ("aside", "info")]
    messages = [one.message for one in found(CHECK, *rules, interest=SIGNAL)]
    assert messages[1].startswith("signal comes from base, whose rule reads no series: vector(1)")


def test_a_record_made_from_an_unreadable_expression_is_not_found() -> None:
    """A record made from an unreadable expression is not found."""
    assert severities(CHECK, record("base", "sum("), record("signal", "base * 2"), interest=SIGNAL) == []


def test_rules_in_a_circle_are_each_visited_once() -> None:
    """Rules that read one another are each visited once."""
    rules = (record("a", "b * 2"), record("b", "a * 2 or vector(0)"))
    assert severities(CHECK, *rules) == ["info", "info"]
