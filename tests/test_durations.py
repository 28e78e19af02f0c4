"""Durations read and written as Prometheus does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.durations import format_duration, parse_duration


@pytest.mark.parametrize("text", ["", "5", "m", "1.5h", "1s1m", "1m1m", "-1s", "1 h", "1H", "101y", "0"[:0]])
def test_refuses_what_is_no_duration(text: str) -> None:
    """Anything outside the grammar is refused, never guessed."""
    with pytest.raises(ValueError, match=r"duration|hundred"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("45s", 45), ("6m", 360), ("1h30m", 5400), ("500ms", 0.5), ("1w", 604800), ("1y", 31536000)],
)
def test_reads_durations(text: str, seconds: float) -> None:
    """Each unit has Prometheus's length."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("duration", [timedelta(seconds=-1), timedelta(microseconds=1)])
def test_refuses_to_write_what_cannot_be_written(duration: timedelta) -> None:
    """Negative and finer than a millisecond have no form."""
    with pytest.raises(ValueError, match="cannot be written"):
        format_duration(duration)


def test_writes_the_shortest_form() -> None:
    """Names such as changes_6m rest on the shortest form."""
    written = [format_duration(timedelta(seconds=s)) for s in (0, 90, 360, 86400)]
    assert written == ["0s", "1m30s", "6m", "1d"]


@given(st.integers(min_value=0, max_value=10**12))
def test_round_trips(milliseconds: int) -> None:
    """What is written is read back the same."""
    duration = timedelta(milliseconds=milliseconds)
    assert parse_duration(format_duration(duration)) == duration
