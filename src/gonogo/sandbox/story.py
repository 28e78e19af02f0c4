"""The script of the month. Slow faults enter here, because no window is ever scaled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.sandbox.course import Curve, level

MONTH = timedelta(days=31)
"""The length of the history. It is longer than the longest window of any rule, 30 days."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without a beat. Begin and end are given as times before the end of the history."""

    began: timedelta
    ended: timedelta


@dataclass(frozen=True, slots=True)
class Story:
    """A month of the scripted sources. Every default is healthy.

    After the end of the history a ``Curve`` is constant. The live part continues with that value.

    Attributes:
        length: the length of the history. 0 means no history.
        outages: the times without a beat.
        events_per_second: all events that the SLO counts.
        bad_ratio: the share of bad events, in [0, 1].
        canary_events_per_second: the events that the canary handles.
        canaries_per_hour: the canaries that end, rolled back or promoted.
        rollback_ratio: the share of canaries that are rolled back, in [0, 1].
        unique_ratio: the share of distinct p-values over two hours, in [0, 1].
        alerts_per_hour: the alerts that begin to fire.
        mttr_seconds: the mean time to recover.
        evidence_per_hour: the pieces of evidence (``ev``) that are created.
        rehearsal_age: the time from the last successful rehearsal to the end of the history.
            Before it there was one rehearsal every day.
        rehearsal_minutes: the durations of rehearsals, the newest first. The list repeats.
        failed_rehearsals: the times from failed rehearsals to the end of the history.
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
"""A month without a fault."""
