"""Judges ``for`` and ``falling`` on the samples of one series.

A sample counts until the next sample, for two intervals at most. The rest is unknown time,
which neither completes nor resets a duration. Source: docs/policy.md, "Gates".
"""

from __future__ import annotations

from gonogo.model.condition import FALLING_TOLERANCE, Comparison
from gonogo.model.outcome import Outcome
from gonogo.model.series import Series
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS


def held_for(comparison: Comparison, duration: float, series: Series, now: float, interval: float) -> Outcome:
    """Judge ``c for duration``: ``c`` is true at every sample, without a break, for that much known time until now.

    Args:
        comparison: the comparison ``c``.
        duration: the duration, in seconds.
        series: finite samples, oldest first, that reach further back than the duration.
        now: the server's time, in unix seconds.
        interval: the seconds between two samples if none is missing.

    Returns:
        FAIL if ``c`` was false at a sample of the duration, PASS if ``c`` was true for
        the whole duration, else UNKNOWN.
    """
    known = 0.0
    end = now
    for time, value in zip(reversed(series.times), reversed(series.values), strict=True):
        if known >= duration:
            break
        if not comparison.holds(value):
            return Outcome.FAIL if time >= now - duration else Outcome.UNKNOWN
        known += min(max(end - time, 0.0), KNOWN_INTERVALS * interval)
        end = min(time, now)
    return Outcome.PASS if known >= duration else Outcome.UNKNOWN


def falling(duration: float, series: Series, now: float) -> Outcome:
    """Judge ``falling``: no sample is above an earlier one, and the last is below the first, each by over 0.01.

    With fewer than two samples in the duration the outcome is UNKNOWN. A constant series is FAIL.
    """
    values = [value for time, value in zip(series.times, series.values, strict=True) if time >= now - duration]
    if len(values) < 2:  # noqa: PLR2004 - a fall needs two samples
        return Outcome.UNKNOWN
    lowest = values[0]
    for value in values:
        if value > lowest + FALLING_TOLERANCE:
            return Outcome.FAIL
        lowest = min(lowest, value)
    return Outcome.PASS if values[-1] < values[0] - FALLING_TOLERANCE else Outcome.FAIL
