"""How a quantity went, told by a few points: straight lines between them, level before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over time, where time is given in seconds and 0 is the end of the history.

    ``points`` are (second, value), in order; the past has negative seconds. Two points
    of the same second make a step.
    """

    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        """Refuse a course that says nothing, or goes back in time.

        Raises:
            ValueError: there is no point, or a point lies before the one ahead of it.
        """
        if not self.points:
            raise ValueError("a course needs at least one point")
        if any(later < earlier for (earlier, _), (later, _) in pairwise(self.points)):
            raise ValueError("the points of a course go forward in time")

    def at(self, second: float) -> float:
        """Give the value at a time; at a step, the new one."""
        for (start, first), (end, last) in reversed(tuple(pairwise(self.points))):
            if start <= second < end:
                return first + (last - first) * (second - start) / (end - start)
        return self.points[-1][1] if second >= self.points[-1][0] else self.points[0][1]

    def total(self, start: float, end: float) -> float:
        """Give the area under the course between two times, in value-seconds: what a rate adds up to."""
        if len(self.points) == 1:
            return (end - start) * self.points[0][1]
        bounds = [start, *(second for second, _ in self.points if start < second < end), end]
        return sum((right - left) * self.at((left + right) / 2) for left, right in pairwise(bounds))

    def complement(self) -> Curve:
        """Give the rest to 1 of a share."""
        return Curve(tuple((second, 1 - value) for second, value in self.points))


def level(value: float) -> Curve:
    """Stay at one value throughout."""
    return Curve(((0.0, value),))


def step(before: float, ago: timedelta, after: float) -> Curve:
    """Stay at one value, then at another since so long ago."""
    second = -ago.total_seconds()
    return Curve(((second, before), (second, after)))


def ramp(before: float, ago: timedelta, now: float) -> Curve:
    """Stay at one value, then go straight to another, from so long ago until the end of the history."""
    return Curve(((-ago.total_seconds(), before), (0.0, now)))
