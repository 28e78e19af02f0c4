"""Tests of ``topk-in-alert``: rankings that decide the labels of alerts."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.topk_in_alert import CHECK
from tests.lint.core.short_rules import alert, found, record, severities


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        ("topk(3, x) > 1", 1),
        ("bottomk by (job) (1, x) < 1", 1),
        ("x > 1 and topk(3, x)", 1),
        ("topk(3, topk(5, x)) > 1", 1),
        ("topk(3, x) > 1 or bottomk(3, x) < 0", 2),
        ("sum(topk(3, x)) > 1", 0),
        ("absent(topk(3, x))", 0),
        ("y > scalar(topk(1, x))", 0),
        ("max by (job) (x) > 1", 0),
        ("sum(", 0),
    ],
)
def test_a_ranking_that_decides_the_labels_is_found(expression: str, count: int) -> None:
    """A ranking is found, except below another aggregation, ``absent`` and ``scalar``."""
    assert severities(CHECK, alert("A", expression)) == ["warning"] * count


def test_recording_rules_are_not_found() -> None:
    """A recorded ranking is not found."""
    assert found(CHECK, record("r", "topk(3, x)")) == []
