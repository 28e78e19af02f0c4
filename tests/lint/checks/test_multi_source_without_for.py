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
def test_two_known_jobs(expression: str) -> None:
    """An alert is found once, if both sides aggregate, name all their jobs and share none."""
    apart = expression.startswith(('sum(a{job="x"}) / sum(b{job="y"})', 'sum(a{job="x"}) > sum(b{job="y"})'))
    assert severities(CHECK, alert("A", expression)) == ["warning"] * apart


def test_a_for_covers_it() -> None:
    """Any ``for`` is enough."""
    assert severities(CHECK, alert("A", 'sum(a{job="x"}) > sum(b{job="y"})', "1m")) == []


def test_it_is_told_once() -> None:
    """The message names the jobs of both sides."""
    inner = 'sum(a{job="x"}) / sum(b{job="y"})'
    (one,) = found(CHECK, alert("A", f"{inner} > {inner.replace('x', 'z').replace('y', 'w')}"))
    assert "'x', 'y' and 'w', 'z'" in one.message
