"""Tests of the types of metrics."""

from __future__ import annotations

import pytest

from gonogo.lint.core.counters import declared
from gonogo.lint.core.live import Live

TYPES = {"c_total": "counter", "om": "counter", "h": "histogram", "s": "summary", "g_count": "gauge", "i": "info"}


@pytest.mark.parametrize(
    ("metric", "kind"),
    [
        ("unknown", ""),
        ("i", ""),
        ("h", "counter"),
        ("s_bucket", ""),
        ("h_total", ""),
        ("c_total", "counter"),
        ("om_total", "counter"),
        ("h_bucket", "counter"),
        ("h_count", "counter"),
        ("s_sum", "counter"),
        ("g_count", "gauge"),
    ],
)
def test_the_declared_type_of_a_metric_is_found(metric: str, kind: str) -> None:
    """The series' own name counts first, then its family if the ending allows it."""
    assert declared(Live(types=TYPES), metric) == kind
    assert declared(None, metric) == ""
