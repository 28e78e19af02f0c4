"""Curves that only tests feed to the sandbox."""

from __future__ import annotations

from datetime import timedelta

from gonogo.sandbox.story import Curve


def ramp(before: float, ago: timedelta, now: float) -> Curve:
    """Stay at one value, then go straight to another, from so long ago until the end of the history."""
    return Curve(((-ago.total_seconds(), before), (0.0, now)))
