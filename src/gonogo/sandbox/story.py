"""What the scripted month looked like: slow faults enter here, for no window is ever scaled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.sandbox.course import Curve, level

MONTH = timedelta(days=31)
"""Longer than the longest window of any rule, 30 days."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without a beat, told by how long before the end of the history it began and ended."""

    began: timedelta
    ended: timedelta


@dataclass(frozen=True, slots=True)
class Story:
    """A month as the scripted sources saw it. Every default is healthy.

    A ``Curve`` is level after the end of the history: it says how things go on live.

    Attributes:
        length: how far back the history goes; nothing at all when 0.
        outages: when the writer did not beat.
        events_per_second: what the SLO counts in all.
        bad_ratio: the share of bad events among them, in [0, 1].
        canary_events_per_second: what the canary handles.
        canaries_per_hour: how many canaries end, rolled back or promoted.
        rollback_ratio: the share of them rolled back, in [0, 1].
        unique_ratio: the share of distinct p-values over two hours, in [0, 1].
        alerts_per_hour: how often an alert began to fire.
        mttr_seconds: the mean time to recover.
        evidence_per_hour: how many pieces of evidence (``ev``) are made.
        rehearsal_age: how long before the end of the history the last rehearsal succeeded;
            there was one every day before it.
        rehearsal_minutes: how long rehearsals take, the newest first, then again from the first.
        failed_rehearsals: how long before the end of the history rehearsals failed.
    """

    length: timedelta = MONTH
    outages: tuple[Outage, ...] = ()
    events_per_second: float = 4.0
    bad_ratio: Curve = field(default=level(0.000_2))
    canary_events_per_second: float = 0.5
    canaries_per_hour: float = 6.0
    rollback_ratio: Curve = field(default=level(0.02))
    unique_ratio: Curve = field(default=level(0.97))
    alerts_per_hour: Curve = field(default=level(0.4))
    mttr_seconds: Curve = field(default=level(90.0))
    evidence_per_hour: Curve = field(default=level(6.0))
    rehearsal_age: timedelta = timedelta(hours=3)
    rehearsal_minutes: tuple[float, ...] = (7.5, 8.2, 6.9, 9.1, 7.8)
    failed_rehearsals: tuple[timedelta, ...] = ()


HEALTHY = Story()
"""A month in which nothing went wrong that matters."""
