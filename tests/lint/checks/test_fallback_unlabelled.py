"""Tests of ``fallback-unlabelled``: fallbacks that lose the labels."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.fallback_unlabelled import CHECK
from tests.lint.core.short_rules import found, record, severities


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ("x or vector(0)", "all labels of their metric"),
        ("sum by (job, pod) (x) or vector(0)", "job, pod"),
        ("sum by (job) (x) or on (job) vector(0)", "job"),
        ("sum by (job) (x) or ignoring (pod) vector(0)", "job"),
        ("sum by (job) (x) or vector(-1)", "job"),
        ("(sum by (job) (x) or vector(0)) * 2", "job"),
        ("(sum by (job) (x) or vector(0)) >= 0", "job"),
        ("(sum by (job) (x) or vector(0)) > y", "job"),
        ("1 > (sum by (job) (x) or vector(0))", "job"),
        ("(sum by (job) (x) or vector(0)) > bool 1", "job"),
        ("sum by (job) (x or vector(0)) == 0", "all labels of their metric"),
        ("avg(x or vector(0))", "all labels of their metric"),
        ("sum(x or vector(1))", "all labels of their metric"),
        ("abs(x or vector(0)) > 1", "all labels of their metric"),
        ("(x or vector(0)) and y", "all labels of their metric"),
        ("x or vector(0) or y", "all labels of their metric"),
        ("y / on (job) (x or vector(1))", "all labels of their metric"),
        ("y or on () (x or vector(1))", "all labels of their metric"),
    ],
)
def test_a_fallback_without_the_labels_of_its_metric_is_found(expression: str, labels: str) -> None:
    """The message names the missing labels."""
    (one,) = found(CHECK, record("a:b", expression))
    assert one.severity == "warning"
    assert f"the series that it replaces have {labels};" in one.message


@pytest.mark.parametrize(
    "expression",
    [
        "sum(x) or vector(0)",
        "sum by (job) (x) or on () vector(0)",
        "sum by (job) (x) or ignoring (job) vector(0)",
        "sum by (job) (x) or on (pod) vector(0)",
        "sum(x or vector(0))",
        "max(x or vector(0))",
        "(x or vector(0)) > 1",
        "1 < (x or vector(0))",
        "sum by (job) (x or vector(0)) > 0",
        "y > on () group_left () (x or vector(0))",
        "x or y",
        "x or vector(time())",
        "x + vector(0)",
        "sum(",
    ],
)
def test_a_fallback_that_fits_or_is_never_visible_is_not_found(expression: str) -> None:
    """A fallback that fits, is never visible, or is not a number, is not found."""
    assert severities(CHECK, record("a:b", expression)) == []


def test_a_fallback_for_a_record_without_labels_is_not_found() -> None:
    """A recorded series whose rule drops all labels needs no labels in the fallback."""
    assert severities(CHECK, record("a:b", "sum(x)"), record("c:d", "a:b or vector(0)")) == []
