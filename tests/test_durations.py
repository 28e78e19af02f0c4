"""Durations in the notation of Prometheus, read and written."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.durations import format_duration, parse_duration


@pytest.mark.parametrize("text", ["", "5", "m", "1.5h", "1s1m", "1m1m", "-1s", "1 h", "1H", "101y", "0"[:0]])
def test_an_invalid_duration_is_refused(text: str) -> None:
    """A text outside of the grammar is never guessed."""
    with pytest.raises(ValueError, match=r"duration|hundred"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("45s", 45), ("6m", 360), ("1h30m", 5400), ("500ms", 0.5), ("1w", 604800), ("1y", 31536000)],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    """Each unit has the length that Prometheus gives it."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(microseconds=1)])
def test_a_duration_without_a_notation_is_refused(duration: timedelta) -> None:
    """A negative duration, and one finer than a millisecond, cannot be written."""
    with pytest.raises(ValueError, match="cannot be written"):
        format_duration(duration)


def test_a_duration_is_written_in_the_shortest_form() -> None:
    """Metric names such as changes_6m use the shortest form."""
    written = [format_duration(timedelta(seconds=s)) for s in (0, 90, 360, 86400)]
    assert written == ["0s", "1m30s", "6m", "1d"]


@given(st.integers(min_value=0, max_value=10**12))
def test_a_written_duration_is_read_back(milliseconds: int) -> None:
    """The duration is exact to the millisecond."""
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration
