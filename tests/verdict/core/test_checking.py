"""The samples of a window: the quick check agrees with the slow explanation."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.signal import Signal, ValueRange
from gonogo.verdict.core.checking import _all_in_range, _value_doubts

RANGES = st.sampled_from([ValueRange(), ValueRange(0, 1), ValueRange(0), ValueRange(-0.0014), ValueRange(high=60)])
VALUES = st.lists(st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 1.0, 60.0])), min_size=1).map(tuple)


@given(VALUES, RANGES)
def test_what_is_all_meant_has_nothing_strange(values: tuple[float, ...], meant: ValueRange) -> None:
    """The quick check refuses NaN, infinities and values out of range."""
    if _all_in_range(values, meant):
        assert list(_value_doubts(values, Signal("x", "duri_x", range=meant), 60)) == []


@given(st.lists(st.floats(0, 1), min_size=1).map(tuple))
def test_usual_values_take_the_quick_way(values: tuple[float, ...]) -> None:
    """The quick check accepts values in range."""
    assert _all_in_range(values, ValueRange(0, 1))


def test_a_sum_beyond_all_doubles_takes_the_slow_way() -> None:
    """The quick way may say no to what is in order: then nothing strange is found."""
    huge = (sys.float_info.max,) * 2
    assert not _all_in_range(huge, ValueRange())
    assert list(_value_doubts(huge, Signal("x", "duri_x"), 60)) == []
