"""Tests of ``self-reference``: circles of rules that labels do not break."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.self_reference import CHECK
from tests.lint.core.short_rules import alert, found, record, severities


@pytest.mark.parametrize(
    "rule",
    [
        record("x", "x"),
        record("x", "x offset 1m + y"),
        record("x", "last_over_time(x[5m]) or y"),
        record("x", 'sum(x{level="all"})', level="all"),
        record("x", "sum(x)", level="all"),
        record("x", 'sum by (zone) (x{zone="a"})'),
    ],
)
def test_a_rule_that_reads_itself_is_found(rule: str) -> None:
    """The rule may read the past, and its labels fit the selector."""
    assert severities(CHECK, rule) == ["error"]


@pytest.mark.parametrize(
    "rule",
    [
        record("x", 'sum(x{level="one"})', level="all"),
        record("x", 'sum(x{level!="all"})', level="all"),
        record("x", 'sum by (zone) (x{pod!=""})'),
        record("x", 'sum without (pod) (x{pod=~".+"})'),
        record("x", 'count({__name__=~".+"})'),
        record("x", "sum("),
        alert("A", 'ALERTS{alertname="A"}'),
    ],
)
def test_a_rule_that_does_not_read_itself_is_not_found(rule: str) -> None:
    """Different labels, selectors without a name, and alerts on alerts are not found."""
    assert severities(CHECK, rule) == []


def test_a_circle_of_rules_is_found_once() -> None:
    """The finding is at the first rule, with the path. Rules outside the circle are not part of it."""
    rules = (record("down", "a"), record("a", "b + up"), record("b", "c"), record("c", "a"), record("up", "y"))
    (one,) = found(CHECK, *rules)
    assert (one.rule, one.severity) == ("a", "error")
    assert "(a → b → c → a)" in one.message


def test_each_of_two_joined_circles_is_found() -> None:
    """The rule between the circles is not found."""
    rules = (record("a", "a"), record("between", "a"), record("b", "b + between"))
    assert [one.rule for one in found(CHECK, *rules)] == ["a", "b"]


def test_circles_that_share_rules_are_found_once_a_rule() -> None:
    """Each finding is at a rule that the earlier circle does not have."""
    rules = (record("a", "b + c"), record("b", "a"), record("c", "a"))
    assert [one.rule for one in found(CHECK, *rules)] == ["a", "c"]


def test_a_circle_through_an_alert_is_found() -> None:
    """The circle is found only if the selector names the alert and its labels fit."""
    reader = record("n", 'count(ALERTS{alertname="A", severity="page"})')
    assert [one.rule for one in found(CHECK, reader, alert("A", "n > 3", severity="page"))] == ["n"]
    assert severities(CHECK, reader, alert("A", "n > 3", severity="info")) == []
    assert severities(CHECK, reader, alert("A", "n > 3", severity="{{ $value }}")) == ["error"]
    assert severities(CHECK, record("n", "count(ALERTS)"), alert("A", "n > 3")) == []
