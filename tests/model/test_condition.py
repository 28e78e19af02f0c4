"""Tests of the grammar of conditions, and of their exact comparisons."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.condition import (
    Comparison,
    Falling,
    Mean,
    Operator,
    Rises,
    Share,
    Unknown,
    parse_condition,
    parse_criterion,
)


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
        "unknown(x)",
        "unknown(x) for 0s",
        "unknown(x, 5m)",
        "unknown() for 5m",
        "unknown(x) == 1 for 5m",
    ],
)
def test_a_condition_outside_the_grammar_is_refused(text: str) -> None:
    """The grammar has no ``and``, no parentheses, no infinite numbers and no empty durations."""
    with pytest.raises(ValueError, match=r"condition|duration|number"):
        parse_condition(text)


def test_the_refusal_of_and_says_what_to_write() -> None:
    """Somebody who wants two things at once needs another way, and not a list of the terms."""
    with pytest.raises(ValueError, match=r"there is no 'and'.*a signal whose expr has both"):
        parse_condition("x > 1 and y > 1")


def test_for_belongs_to_its_term() -> None:
    """Only the term before ``for`` must last."""
    condition = parse_condition("x  > 1 for 5m or falling( y , 30m )")
    assert condition.terms == (
        Comparison("x", Operator.GT, 1.0, timedelta(minutes=5)),
        Falling("y", timedelta(minutes=30)),
    )
    assert str(condition) == "x > 1 for 5m or falling( y , 30m )"
    assert [term.window for term in condition.terms] == [timedelta(minutes=5), timedelta(minutes=30)]


def test_unknown_has_a_signal_and_a_time() -> None:
    """The term can stand beside others. It needs no samples of the past."""
    condition = parse_condition("x < 1 for 1m or unknown( x )  for 1h30m")
    assert condition.terms[1] == Unknown("x", timedelta(minutes=90))
    assert condition.terms[1].window is None
    assert str(condition.terms[1]) == "unknown(x) for 1h30m"
    assert parse_condition("unknown == 1").signals == ("unknown",)


def test_bounds_are_exact() -> None:
    """The comparison has no tolerance. The bound itself passes, and a value just above fails."""
    (term,) = parse_condition("burn <= 0.60").terms
    assert isinstance(term, Comparison)
    assert term.holds(0.6)
    assert not term.holds(0.6000001)
    assert term.window is None


@given(st.sampled_from(list(Operator)), st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_term_is_read_back(op: Operator, bound: float) -> None:
    """Writing a term loses no part of it."""
    term = Comparison("x", op, bound)
    assert parse_condition(str(term)).terms == (term,)


@pytest.mark.parametrize(
    "text",
    ["", "mean(v)", "max(v) <= 1", "mean(v, 2) <= 1", "rises(v) <= 0", "mean(v) <= 1 for 5m", "mean(v) <= 1 or x == 1"],
)
def test_a_criterion_outside_the_grammar_is_refused(text: str) -> None:
    """Each statistic has exact arguments, and a criterion has one comparison."""
    with pytest.raises(ValueError, match=r"criterion|needs|comparison"):
        parse_criterion(text)


def test_each_statistic_is_read() -> None:
    """Share has a condition, mean a signal, and rises a signal and a height."""
    texts = ("share(ok == 1) >= 0.999", "mean(v) <= 0.2", "rises(v, 0.2) <= 0")
    share, mean, rises = (parse_criterion(text) for text in texts)
    assert share.statistic == Share(parse_condition("ok == 1"))
    assert mean.statistic == Mean("v")
    assert rises.statistic == Rises("v", 0.2)
    assert (share.bound.op, share.bound.bound) == (Operator.GE, 0.999)
    assert share.text == "share(ok == 1) >= 0.999"
