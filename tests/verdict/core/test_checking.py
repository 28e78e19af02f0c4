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
def test_values_in_range_pass_the_quick_check(values: tuple[float, ...]) -> None:
    """The quick check accepts all values in range."""
    assert _all_in_range(values, ValueRange(0, 1))


def test_huge_values_fail_only_the_quick_check() -> None:
    """The quick check may refuse valid values. The slow explanation then finds no doubt."""
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


def test_one_false_sample_fails_the_window() -> None:
    """One sample of the window does not meet the condition."""
    samples = every(30, 300)
    samples[5] = (samples[5][0], 0.0)
    assert held_for(ABOVE, 300, series(*samples), NOW, 30) is Outcome.FAIL


def test_a_condition_that_holds_for_the_whole_window_passes() -> None:
    """Every sample of the duration meets the condition."""
    assert held_for(ABOVE, 300, series(*every(30, 300)), NOW, 30) is Outcome.PASS


def test_a_history_shorter_than_the_window_is_unknown() -> None:
    """Every sample meets the condition, but the history is too short."""
    assert held_for(ABOVE, 300, series(*every(30, 120)), NOW, 30) is Outcome.UNKNOWN


def test_a_gap_is_subtracted_and_does_not_reset_the_window() -> None:
    """The time beyond two intervals is subtracted, and the samples before the gap still count."""
    before = [(age + 240, value) for age, value in every(30, 300)]
    after = every(30, 150)
    gapped = series(*before, *after)
    assert held_for(ABOVE, 300, series(*after), NOW, 30) is Outcome.UNKNOWN
    assert held_for(ABOVE, 300, gapped, NOW, 30) is Outcome.PASS


def test_a_violation_before_the_window_leaves_it_unknown() -> None:
    """A gap makes the older violation visible. The violation does not prove one within the window."""
    samples = [(400.0, 0.0), *every(30, 120)]
    assert held_for(ABOVE, 300, series(*samples), NOW, 30) is Outcome.UNKNOWN


def test_samples_ahead_of_now_add_no_time() -> None:
    """A sample in the future (within the tolerance) counts from now on."""
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
def test_falling_needs_a_fall_without_a_rise(values: list[float], expected: Outcome) -> None:
    """No sample is over 0.01 above an earlier one, and the last sample is over 0.01 below the first."""
    samples = [(600.0 - 60 * n, value) for n, value in enumerate(values)]
    assert falling(1800, series(*samples), NOW) is expected


def test_falling_reads_only_its_own_window() -> None:
    """A fall before the window proves nothing within the window."""
    assert falling(60, series((900, 5.0), (30, 0.1), (0, 0.1)), NOW) is Outcome.FAIL


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=30), st.integers(1, 20))
def test_held_for_agrees_with_the_definition_without_gaps(values: list[float], steps: int) -> None:
    """Law: without gaps, PASS means true at every sample of a window that is covered."""
    samples = series(*((30.0 * (len(values) - 1 - n), value) for n, value in enumerate(values)))
    window = values[-(steps + 1) :]
    outcome = held_for(ABOVE, 30.0 * steps, samples, NOW, 30)
    if 0.0 in window:
        assert outcome is Outcome.FAIL
    else:
        assert outcome is (Outcome.PASS if len(values) > steps else Outcome.UNKNOWN)
