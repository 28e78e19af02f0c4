"""The samples of a window: the quick check agrees with the slow explanation."""

from __future__ import annotations

import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gonogo.model.condition import Comparison, Operator
from gonogo.model.outcome import Outcome
from gonogo.model.policy import Signal, ValueRange
from gonogo.model.series import Series
from gonogo.verdict.core.checking import _all_in_range, _value_doubts, falling, held_for

RANGES = st.sampled_from([ValueRange(), ValueRange(0, 1), ValueRange(0), ValueRange(-0.0014), ValueRange(high=60)])
VALUES = st.lists(st.one_of(st.floats(), st.sampled_from([0.0, -0.0, 1.0, 60.0])), min_size=1).map(tuple)


@given(VALUES | st.lists(st.floats(0, 1), min_size=1).map(tuple), RANGES)
def test_values_in_range_have_no_doubts(values: tuple[float, ...], meant: ValueRange) -> None:
    """The quick check refuses NaN, infinities and values out of range."""
    assume(_all_in_range(values, meant))
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


NOW = 1_000_000.0
ABOVE = Comparison("x", Operator.GT, 0.5)


def series(*ages_and_values: tuple[float, float]) -> Series:
    """Build a series from ages in seconds and values, oldest first."""
    return Series({}, tuple(NOW - age for age, _ in ages_and_values), tuple(value for _, value in ages_and_values))


def every(step: float, oldest: float, value: float = 1.0) -> list[tuple[float, float]]:
    """List samples of one value every ``step`` seconds from ``oldest`` to now."""
    return [(oldest - n * step, value) for n in range(int(oldest / step) + 1)]


def test_false_at_any_sample_is_against_it() -> None:
    """One sample of the window below the bound fails it."""
    samples = every(30, 300)
    samples[5] = (samples[5][0], 0.0)
    assert held_for(ABOVE, 300, series(*samples), NOW, 30) is Outcome.FAIL


def test_unbroken_for_long_enough_passes() -> None:
    """Held at every sample for the whole duration."""
    assert held_for(ABOVE, 300, series(*every(30, 300)), NOW, 30) is Outcome.PASS


def test_a_short_history_is_not_known() -> None:
    """Held, but not for long enough to know."""
    assert held_for(ABOVE, 300, series(*every(30, 120)), NOW, 30) is Outcome.UNKNOWN


def test_a_gap_neither_completes_nor_resets() -> None:
    """The time beyond two intervals is subtracted, and what came before still counts."""
    before = [(age + 240, value) for age, value in every(30, 300)]
    after = every(30, 150)
    gapped = series(*before, *after)
    assert held_for(ABOVE, 300, series(*after), NOW, 30) is Outcome.UNKNOWN
    assert held_for(ABOVE, 300, gapped, NOW, 30) is Outcome.PASS


def test_a_violation_before_the_window_only_leaves_it_unknown() -> None:
    """Reached because of a gap, an older violation does not prove one within."""
    samples = [(400.0, 0.0), *every(30, 120)]
    assert held_for(ABOVE, 300, series(*samples), NOW, 30) is Outcome.UNKNOWN


def test_samples_ahead_of_now_add_no_time() -> None:
    """A sample in the future (within the tolerance) stands from now on."""
    assert held_for(ABOVE, 60, series((-3, 1.0)), NOW, 30) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Outcome.UNKNOWN),
        ([0.5], Outcome.UNKNOWN),
        ([0.5, 0.5], Outcome.FAIL),
        ([0.5, 0.489], Outcome.PASS),
        ([0.5, 0.495], Outcome.FAIL),
        ([0.5, 0.3, 0.305, 0.2], Outcome.PASS),
        ([0.5, 0.3, 0.32, 0.2], Outcome.FAIL),
        ([0.5, 0.1, 0.1, 0.1], Outcome.PASS),
    ],
)
def test_falling(values: list[float], expected: Outcome) -> None:
    """No sample above an earlier one by over 0.01, and the last below the first by over 0.01."""
    samples = [(600.0 - 60 * n, value) for n, value in enumerate(values)]
    assert falling(1800, series(*samples), NOW) is expected


def test_falling_looks_no_further_back_than_asked() -> None:
    """A fall before the window proves nothing within it."""
    assert falling(60, series((900, 5.0), (30, 0.1), (0, 0.1)), NOW) is Outcome.FAIL


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=30), st.integers(1, 20))
def test_held_for_agrees_with_the_definition_where_nothing_is_missing(values: list[float], steps: int) -> None:
    """Law: without gaps, PASS means true at every sample of a window that is covered."""
    samples = series(*((30.0 * (len(values) - 1 - n), value) for n, value in enumerate(values)))
    window = values[-(steps + 1) :]
    outcome = held_for(ABOVE, 30.0 * steps, samples, NOW, 30)
    if 0.0 in window:
        assert outcome is Outcome.FAIL
    else:
        assert outcome is (Outcome.PASS if len(values) > steps else Outcome.UNKNOWN)
