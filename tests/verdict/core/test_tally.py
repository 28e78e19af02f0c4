"""Sums over the samples of one series."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.verdict.core.tally import Tally, add, begin
from gonogo.verdict.core.watch import Recent

BEGAN = 1000.0


def recent(*samples: tuple[float, float], interval: float = 15.0, doubted: bool = False) -> Recent:
    """Make the samples that one step sees of a series."""
    return Recent(tuple(t for t, _ in samples), tuple(v for _, v in samples), interval, doubted)


def tally(*samples: tuple[float, float], bounds: tuple[float, ...] = ()) -> Tally:
    """Count samples that one step saw together."""
    return add(begin(BEGAN), recent(*samples), bounds)


def test_no_samples_have_no_mean_and_no_rises() -> None:
    """The result without samples is unknown, not zero."""
    empty = tally()
    assert empty.mean(2000) is None
    assert empty.climbed(0) is None


def test_doubted_samples_never_count() -> None:
    """A doubted sample does not count later, when the doubt is gone."""
    doubted = add(begin(BEGAN), recent((1000, 9), (1015, 9), doubted=True), ())
    cleared = add(doubted, recent((1000, 9), (1015, 9), (1030, 1)), ())
    assert cleared.mean(1045) == 1


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_nan_and_infinities_do_not_count(value: float) -> None:
    """Such values are unknown, also in a reading without doubts."""
    assert tally((1000, 1), (1015, value), (1030, 1)).mean(1030) == 1
    assert tally((1000, value)).mean(1030) is None


def test_a_sample_counts_for_two_intervals_at_most() -> None:
    """The rest of a gap is unknown time and has no weight."""
    assert tally((1000, 0.0), (1090, 1.0)).mean(1120) == 0.5


def test_a_mean_needs_known_time() -> None:
    """One sample at this very moment has no length yet."""
    assert tally((1000, 0.5)).mean(1000) is None


def test_the_last_sample_before_the_start_counts_from_the_start() -> None:
    """Only the part of its time within the run counts."""
    assert tally((970, 9), (985, 0.0), (1010, 1.0)).mean(1020) == 0.5
    assert tally((970, 9), (1010, 1.0)).mean(1020) == 1.0


def test_the_same_samples_seen_twice_count_once() -> None:
    """Steps overlap in the samples that they see."""
    once = tally((1000, 0), (1015, 1), (1030, 0), bounds=(0.5,))
    assert add(once, recent((1000, 0), (1015, 1), (1030, 0)), (0.5,)) == once


def test_rises_are_counted_from_the_first_sample_and_from_each_rise() -> None:
    """After the rise from 0.1 to 0.35, only a climb above 0.55, or from a new low, is another rise."""
    counted = tally((1000, 0.1), (1015, 0.35), (1030, 0.5), (1045, 0.2), (1060, 0.41), bounds=(0.2, 0.35))
    assert counted.climbed(0) == 2
    assert counted.climbed(1) == 1


def test_a_climb_by_exactly_the_bound_is_no_rise() -> None:
    """``rises`` needs more than its bound."""
    assert tally((1000, 0.0), (1015, 0.25), bounds=(0.25,)).climbed(0) == 0


@given(st.floats(0, 1), st.lists(st.integers(1, 60), max_size=30))
def test_a_constant_is_its_own_mean(value: float, gaps: list[int]) -> None:
    """Law: the mean of a constant is exact, so rounding never misses a bound at the constant."""
    at, samples = 1000, [(1000.0, value)]
    for gap in gaps:
        at += gap
        samples.append((float(at), value))
    assert tally(*samples).mean(at + 1) == value


@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=30),
    st.lists(st.integers(1, 30), max_size=5),
)
def test_the_steps_of_the_samples_do_not_change_the_sums(told: list[tuple[int, float]], cuts: list[int]) -> None:
    """Law: the sums are the same for one step or several steps, with or without overlap."""
    at, samples = 1000, []
    for gap, value in told:
        at += gap
        samples.append((float(at), value))
    sliced = begin(BEGAN)
    for cut in sorted(cuts):
        sliced = add(sliced, recent(*samples[:cut]), (0.2,))
    assert add(sliced, recent(*samples), (0.2,)) == tally(*samples, bounds=(0.2,))
