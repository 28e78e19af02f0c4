"""Truth over time: ``for`` and ``falling`` on the samples of one series.

A sample stands until the next, at most two intervals; the rest is unknown time,
which neither completes nor resets a duration. Source: docs/policy.md, "Gates".
"""

from __future__ import annotations

from gonogo.model.condition import FALLING_TOLERANCE, Comparison
from gonogo.model.outcome import Outcome
from gonogo.model.series import Series
from gonogo.verdict.core.tolerances import KNOWN_INTERVALS


def held_for(comparison: Comparison, duration: float, series: Series, now: float, interval: float) -> Outcome:
    """Judge ``c for duration``: held at every sample, unbroken, for that much known time up to now.

    Args:
        comparison: what must hold.
        duration: seconds.
        series: finite samples, oldest first, reaching further back than the duration.
        now: the server's now, unix seconds.
        interval: seconds between two samples when none is missing.

    Returns:
        FAIL when it was false at any sample of the duration, PASS when it held for
        the whole of it, else UNKNOWN.
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
    """Judge ``falling``: no sample above an earlier one, the last below the first, by over 0.01.

    Fewer than two samples in the duration are UNKNOWN; a constant is FAIL.
    """
    values = [value for time, value in zip(series.times, series.values, strict=True) if time >= now - duration]
    if len(values) < 2:  # noqa: PLR2004 - two samples are what a fall needs
        return Outcome.UNKNOWN
    lowest = values[0]
    for value in values:
        if value > lowest + FALLING_TOLERANCE:
            return Outcome.FAIL
        lowest = min(lowest, value)
    return Outcome.PASS if values[-1] < values[0] - FALLING_TOLERANCE else Outcome.FAIL
