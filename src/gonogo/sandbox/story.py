"""The script of the month. Slow faults enter here, because no window is ever scaled."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from msgspec import Struct, field


class Curve(Struct, frozen=True):
    """Values over time. The time is in seconds, and 0 is the end of the history.

    ``points`` are pairs of second and value, in order. The past has negative seconds. Two points
    with the same second make a step.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Refuse a curve without points, or with points that go back in time.

        Raises:
            ValueError: there is no point, or a point is earlier than the point before it.
        """
        if not self.points:
            raise ValueError("a curve needs at least one point")
        if any(later < earlier for (earlier, _), (later, _) in pairwise(self.points)):
            raise ValueError("the points of a curve must go forward in time")

    def at(self, second: float) -> float:
        """Return the value at a time. At a step it is the new value."""
        for (start, first), (end, last) in reversed(tuple(pairwise(self.points))):
            if start <= second < end:
                return first + (last - first) * (second - start) / (end - start)
        return self.points[-1][1] if second >= self.points[-1][0] else self.points[0][1]

    def total(self, start: float, end: float) -> float:
        """Return the area under the curve between two times, in value-seconds. For a rate it is the total count."""
        if len(self.points) == 1:
            return (end - start) * self.points[0][1]
        bounds = [start, *(second for second, _ in self.points if start < second < end), end]
        return sum((right - left) * self.at((left + right) / 2) for left, right in pairwise(bounds))

    def complement(self) -> Curve:
        """Return the curve of 1 minus this curve, for a share."""
        return Curve(tuple((second, 1 - value) for second, value in self.points))


def level(value: float) -> Curve:
    """Return a curve with one constant value."""
    return Curve(((0.0, value),))


def step(before: float, ago: timedelta, after: float) -> Curve:
    """Return a curve that changes from ``before`` to ``after`` at the time ``ago`` before the end of the history."""
    second = -ago.total_seconds()
    return Curve(((second, before), (second, after)))


MONTH = timedelta(days=31)
"""The length of the history. It is longer than the longest window of any rule, 30 days."""


class Outage(Struct, frozen=True):
    """A time without a beat. Begin and end are given as times before the end of the history."""

    began: timedelta
    ended: timedelta


class Story(Struct, frozen=True):
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
