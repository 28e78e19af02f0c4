"""Tests of ``multi-source-without-for``: aggregates of different jobs need a ``for``."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.multi_source_without_for import CHECK
from tests.lint.core.short_rules import alert, found, severities


@pytest.mark.parametrize(
    "expression",
    [
        'sum(a{job="x"}) / sum(b{job="y"}) > 1',
        'sum(a{job="x"}) > sum(b{job="y"})',
        'a{job="x"} / on () sum(b{job="y"}) > 1',
        "sum(a) / sum(b) > 1",
        'sum(a{job="x"}) / sum(b{job="x"}) > 1',
        'sum(a{job=~"x"}) / sum(b{job="y"}) > 1',
        'sum(a{job="x"}) > 1 and on () sum(b{job="y"}) > 1',
        'sum(a{job="x"}) > 1',
        "sum(",
    ],
)
def test_aggregates_of_different_known_jobs_are_found(expression: str) -> None:
    """An alert is found once, if both sides aggregate, name all their jobs and share none."""
    apart = expression.startswith(('sum(a{job="x"}) / sum(b{job="y"})', 'sum(a{job="x"}) > sum(b{job="y"})'))
    assert severities(CHECK, alert("A", expression)) == ["warning"] * apart


def test_an_alert_with_a_for_is_not_found() -> None:
    """Any ``for`` is enough."""
    assert severities(CHECK, alert("A", 'sum(a{job="x"}) > sum(b{job="y"})', "1m")) == []


def test_an_alert_with_two_such_operations_is_found_once() -> None:
    """The message names the jobs of both sides."""
    inner = 'sum(a{job="x"}) / sum(b{job="y"})'
    (one,) = found(CHECK, alert("A", f"{inner} > {inner.replace('x', 'z').replace('y', 'w')}"))
    assert "'x', 'y' and 'w', 'z'" in one.message
