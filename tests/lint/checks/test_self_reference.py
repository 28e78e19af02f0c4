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
def test_a_rule_that_reads_itself(rule: str) -> None:
    """The rule is found, also if it reads the past, and if its labels fit the selector."""
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
def test_a_rule_that_does_not(rule: str) -> None:
    """Different labels, selectors without a name, and alerts on alerts are not found."""
    assert severities(CHECK, rule) == []


def test_a_circle_is_told_once() -> None:
    """The finding is at the first rule, with the path. Rules outside the circle are not part of it."""
    rules = (record("down", "a"), record("a", "b + up"), record("b", "c"), record("c", "a"), record("up", "y"))
    (one,) = found(CHECK, *rules)
    assert (one.rule, one.severity) == ("a", "error")
    assert "(a → b → c → a)" in one.message


def test_two_circles_and_what_joins_them() -> None:
    """Each circle is reported, and the rule between them is not."""
    rules = (record("a", "a"), record("between", "a"), record("b", "b + between"))
    assert [one.rule for one in found(CHECK, *rules)] == ["a", "b"]


def test_circles_that_share_rules() -> None:
    """The rules of the shortest circle are reported once."""
    rules = (record("a", "b + c"), record("b", "a"), record("c", "a"))
    assert [one.rule for one in found(CHECK, *rules)] == ["a", "c"]


def test_a_circle_through_an_alert() -> None:
    """The circle is found only if the selector names the alert and its labels fit."""
    reader = record("n", 'count(ALERTS{alertname="A", severity="page"})')
    assert [one.rule for one in found(CHECK, reader, alert("A", "n > 3", severity="page"))] == ["n"]
    assert severities(CHECK, reader, alert("A", "n > 3", severity="info")) == []
    assert severities(CHECK, reader, alert("A", "n > 3", severity="{{ $value }}")) == ["error"]
    assert severities(CHECK, record("n", "count(ALERTS)"), alert("A", "n > 3")) == []
