"""A quantity over time, defined by a few points: straight lines between the points, constant before and after them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Curve:
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
