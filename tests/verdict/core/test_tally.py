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
    """Make what one step could see of a series."""
    return Recent(tuple(t for t, _ in samples), tuple(v for _, v in samples), interval, doubted)


def tally(*samples: tuple[float, float], bounds: tuple[float, ...] = ()) -> Tally:
    """Count samples that were all seen at once."""
    return add(begin(BEGAN), recent(*samples), bounds)


def test_nothing_has_no_mean_and_no_rises() -> None:
    """The result without samples is unknown, which is not zero."""
    empty = tally()
    assert empty.mean(2000) is None
    assert empty.climbed(0) is None


def test_doubted_samples_never_count_not_even_later() -> None:
    """A doubted sample does not count later, when the doubt is gone."""
    doubted = add(begin(BEGAN), recent((1000, 9), (1015, 9), doubted=True), ())
    cleared = add(doubted, recent((1000, 9), (1015, 9), (1030, 1)), ())
    assert cleared.mean(1045) == 1


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_a_value_that_is_no_number_does_not_count(value: float) -> None:
    """NaN and infinities are unknown, also in a reading without doubts."""
    assert tally((1000, 1), (1015, value), (1030, 1)).mean(1030) == 1
    assert tally((1000, value)).mean(1030) is None


def test_a_sample_stands_at_most_two_intervals() -> None:
    """The rest of a gap is unknown time and has no weight."""
    assert tally((1000, 0.0), (1090, 1.0)).mean(1120) == 0.5


def test_no_known_time_is_no_mean() -> None:
    """One sample at this very moment has not stood yet."""
    assert tally((1000, 0.5)).mean(1000) is None


def test_the_sample_standing_at_the_start_counts_from_the_start() -> None:
    """The last sample before the start counts for the part that is within the run."""
    assert tally((970, 9), (985, 0.0), (1010, 1.0)).mean(1020) == 0.5
    assert tally((970, 9), (1010, 1.0)).mean(1020) == 1.0


def test_the_same_samples_seen_twice_count_once() -> None:
    """Steps overlap in what they see."""
    once = tally((1000, 0), (1015, 1), (1030, 0), bounds=(0.5,))
    assert add(once, recent((1000, 0), (1015, 1), (1030, 0)), (0.5,)) == once


def test_rises_count_from_the_first_sample_and_again_from_each_rise() -> None:
    """0.1, 0.35 is one rise; from there only a climb above 0.55, or from a new low, is another."""
    counted = tally((1000, 0.1), (1015, 0.35), (1030, 0.5), (1045, 0.2), (1060, 0.41), bounds=(0.2, 0.35))
    assert counted.climbed(0) == 2
    assert counted.climbed(1) == 1


def test_a_climb_by_exactly_the_bound_is_none() -> None:
    """``rises`` asks for more than its number."""
    assert tally((1000, 0.0), (1015, 0.25), bounds=(0.25,)).climbed(0) == 0


@given(st.floats(0, 1), st.lists(st.integers(1, 60), max_size=30))
def test_a_constant_is_its_own_mean(value: float, gaps: list[int]) -> None:
    """Law: exactly, so that a bound at the constant itself is never missed by rounding."""
    at, samples = 1000, [(1000.0, value)]
    for gap in gaps:
        at += gap
        samples.append((float(at), value))
    assert tally(*samples).mean(at + 1) == value


@given(
    st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1, max_size=30),
    st.lists(st.integers(1, 30), max_size=5),
)
def test_how_the_samples_were_sliced_into_steps_makes_no_difference(
    told: list[tuple[int, float]], cuts: list[int]
) -> None:
    """Law: seen at once or step by step, overlapping or not, the sums are the same."""
    at, samples = 1000, []
    for gap, value in told:
        at += gap
        samples.append((float(at), value))
    sliced = begin(BEGAN)
    for cut in sorted(cuts):
        sliced = add(sliced, recent(*samples[:cut]), (0.2,))
    assert add(sliced, recent(*samples), (0.2,)) == tally(*samples, bounds=(0.2,))
