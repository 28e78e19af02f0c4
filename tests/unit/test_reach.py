"""What an expression depends on: what must be there, and how far back it looks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.rules.promql import parse
from gonogo.unit.reach import certainly_empty, reads


@pytest.mark.parametrize(
    ("expression", "empty"),
    [
        ("gone", True),
        ("here", False),
        ("rate(gone[5m]) > 1", True),
        ("1 + gone", True),
        ("-gone", True),
        ("sum by (a) (gone)", True),
        ("max_over_time(gone[1h:5m])", True),
        ("here and gone", True),
        ("here unless gone", False),
        ("gone unless here", True),
        ("gone or here", False),
        ("gone or gone", True),
        ("absent(gone)", False),
        ("here > scalar(gone)", False),
        ("vector(1)", False),
        ("time()", False),
        ('label_replace(gone, "a", "b", "c", "d")', True),
        ("1", False),
    ],
)
def test_certainly_empty(expression: str, *, empty: bool) -> None:
    """Only where nothing else can come of it."""
    assert certainly_empty(parse(expression), lambda vector: vector.metric == "gone") is empty


@pytest.mark.parametrize(
    ("expression", "reaches"),
    [
        ("x", ["5m"]),
        ("rate(x[1h] offset 10m)", ["70m"]),
        ("max_over_time(rate(x[1h])[2h:5m]) or y", ["180m", "5m"]),
        ("x @ 0 > -sum(y)", [None, "5m"]),
        ("1 + vector(2)", []),
    ],
)
def test_reads(expression: str, reaches: list[str | None]) -> None:
    """Ranges, subqueries and offsets add up; a fixed time has no reach."""
    expected = [None if one is None else timedelta(minutes=int(one[:-1])) for one in reaches]
    assert [one.reach for one in reads(parse(expression))] == expected
