"""The series that an expression needs."""

from __future__ import annotations

import pytest

from gonogo.promql.parser import parse
from gonogo.ruletests.silent.names import certainly_empty


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
        ("gone + fill(0) here", False),
        ("topk(3, gone)", True),
        ("gone or gone", True),
        ("absent(gone)", False),
        ("here > scalar(gone)", False),
        ("vector(1)", False),
        ("time()", False),
        ('label_replace(gone, "a", "b", "c", "d")', True),
        ("1", False),
    ],
)
def test_a_certainly_empty_expression_is_found(expression: str, *, empty: bool) -> None:
    """An expression is certainly empty only if no other result is possible."""
    assert certainly_empty(parse(expression), lambda vector: vector.metric == "gone") is empty
