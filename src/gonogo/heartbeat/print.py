"""Prints heartbeats as text, one line per beat."""

from __future__ import annotations

from datetime import UTC, datetime

from gonogo.model.beat import Beat
from gonogo.model.plain import plain


def beat_text(beat: Beat) -> str:
    """Return the number and the time of a beat, and the places where it was published."""
    return f"beat {beat.sequence} at {beat_time(beat)} published to {plain(' and '.join(beat.published))}"


def beat_time(beat: Beat) -> str:
    """Return the time of a beat as RFC 3339 in UTC, to the millisecond."""
    seconds, milliseconds = divmod(beat.milliseconds, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03}Z"
