"""Curves of the sandbox that only tests use."""

from __future__ import annotations

from datetime import timedelta

from gonogo.sandbox.story import Curve


def ramp(before: float, ago: timedelta, now: float) -> Curve:
    """Stay at one value, then go in a straight line to another value until the end of the history."""
    return Curve(((-ago.total_seconds(), before), (0.0, now)))
