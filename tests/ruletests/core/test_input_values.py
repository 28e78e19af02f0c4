"""The shorthand of input values: the times of the samples."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from gonogo.ruletests.core.input_values import Window, input_values


@pytest.mark.parametrize(
    ("text", "last", "deliberate", "runs"),
    [
        ("", -1, False, ()),
        ("_", -1, True, ()),
        ("5", 0, False, ((0, 0),)),
        ("5x3", 3, False, ((0, 3),)),
        ("0+1x10", 10, False, ((0, 10),)),
        ("-1-2x2 NaN Inf", 4, False, ((0, 2), (3, 3), (4, 4))),
        ("1 _x3 7", 4, False, ((0, 0), (4, 4))),
        ("1 2 stale", 1, True, ((0, 0), (1, 1))),
        ("1 _x2", 0, True, ((0, 0),)),
        ("{{schema:0 sum:1 count:2 buckets:[1 1]}}x2 1", 3, False, ((0, 2), (3, 3))),
    ],
)
def test_the_places_of_samples_are_read_from_the_shorthand(
    text: str, last: int, runs: tuple[tuple[int, int], ...], *, deliberate: bool
) -> None:
    """The reader finds the last sample, an intended end, and the runs of samples."""
    values = input_values(text)
    assert (values.last, values.deliberate, values.runs) == (last, deliberate, runs)


def test_both_ends_of_a_range_of_samples_count() -> None:
    """A sample at the first or at the last place counts."""
    values = input_values("1x2 _x3 1x2")
    assert values.enough_between(2, 4)
    assert values.enough_between(5, 6)
    assert not values.enough_between(3, 5)


@pytest.mark.parametrize(
    ("text", "first", "last", "least", "apart", "expected"),
    [
        ("1x2 _x3 1x2", 3, 5, 1, 0, False),
        ("1x2 _x3 1x2", 3, 6, 1, 0, True),
        ("1x2 _x3 1x2", 3, 6, 2, 9, False),
        ("1x2 _x3 1x2", 2, 6, 2, 3.9, False),
        ("1x2 _x3 1x2", 2, 6, 2, 4, True),
        ("1x2 _x3 1x2", 0, 2, 2, 0.9, False),
        ("1x2 _x3 1x2", 0, 2, 2, 1, True),
        ("1 1", 0, 1, 2, 1, True),
        ("", 0, 9, 1, 9, False),
    ],
)
def test_a_range_needs_one_sample_or_two_close_ones(
    text: str, first: int, last: int, least: int, apart: float, *, expected: bool
) -> None:
    """A sample at either end of the range counts."""
    assert input_values(text).enough_between(first, last, least, apart) is expected


def test_histograms_are_one_sample_each() -> None:
    """Unclosed braces are read once, even with many of them."""
    assert input_values("{{schema:1 sum:2 buckets:[1 2]}} {{count:1}}x3 _x2").runs == ((0, 0), (1, 4))
    assert input_values("{" * 60_000).last == 0


def test_a_window_extends_to_earlier_times() -> None:
    """A range or a lookback extends the window to earlier times, or to the beginning."""
    at = Window.at(timedelta(seconds=90))
    assert at == Window(90_000, 90_000)
    assert at.from_before(timedelta(minutes=1)) == Window(30_000, 90_000)
    assert at.from_ever() == Window(-math.inf, 90_000)


def test_a_window_gives_the_places_of_its_samples() -> None:
    """The window includes its ends, and no place is before time 0."""
    assert Window(30_000, 90_000).places(20_000, 99) == (2, 4)
    assert Window(-5.0, -5.0).places(20_000, 99) == (0, -1)
    assert Window(-math.inf, math.inf).places(20_000, 99) == (0, 99)
