"""The grammar of conditions, and their exact comparisons."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.condition import Comparison, Falling, Operator, parse_condition


@pytest.mark.parametrize(
    "text",
    [
        "",
        "or",
        "x",
        "x = 1",
        "x == ",
        "x == 1 for",
        "x == 1 for 0s",
        "x == 1 and y == 2",
        "(x == 1)",
        "x == nan",
        "x == 1e999",
        "falling(x)",
        "falling(x, 0s)",
        "falling(x, 5m) for 5m",
        "x == 1 or",
        "x == 1 for 5",
    ],
)
def test_refuses_what_the_grammar_does_not_have(text: str) -> None:
    """No and, no parentheses, no unbounded numbers, no empty durations."""
    with pytest.raises(ValueError, match=r"condition|duration|number"):
        parse_condition(text)


def test_for_belongs_to_its_term() -> None:
    """Only the term before it is sustained."""
    condition = parse_condition("x  > 1 for 5m or falling( y , 30m )")
    assert condition.terms == (
        Comparison("x", Operator.GT, 1.0, timedelta(minutes=5)),
        Falling("y", timedelta(minutes=30)),
    )
    assert str(condition) == "x > 1 for 5m or falling( y , 30m )"
    assert [term.window for term in condition.terms] == [timedelta(minutes=5), timedelta(minutes=30)]


def test_bounds_are_exact() -> None:
    """No tolerance: the bound itself passes, the next double does not."""
    (term,) = parse_condition("burn <= 0.60").terms
    assert isinstance(term, Comparison)
    assert term.holds(0.6)
    assert not term.holds(0.6000001)
    assert term.window is None


@given(st.sampled_from(list(Operator)), st.floats(allow_nan=False, allow_infinity=False))
def test_terms_are_read_back_from_what_they_write(op: Operator, bound: float) -> None:
    """Writing a term loses nothing of it."""
    term = Comparison("x", op, bound)
    assert parse_condition(str(term)).terms == (term,)
