"""The times at which an expression, or a part of one, is evaluated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from gonogo.promql.tree import Subquery, Vector

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """All times from one to another, in milliseconds, both included."""

    first: float
    last: float

    @classmethod
    def at(cls, time: timedelta) -> Window:
        """Give one time."""
        return cls(time // MILLISECOND, time // MILLISECOND)

    @classmethod
    def ever_until(cls, time: timedelta) -> Window:
        """Give all times up to one."""
        return cls.at(time).from_ever()

    def back(self, node: Vector | Subquery) -> Window:
        """Give the times that an offset or a fixed time (``@``) makes of these."""
        if node.at:
            return Window(-math.inf, math.inf)
        offset = node.offset // MILLISECOND
        return Window(self.first - offset, self.last - offset)

    def from_before(self, length: timedelta) -> Window:
        """Begin so much earlier."""
        return Window(self.first - length // MILLISECOND, self.last)

    def from_ever(self) -> Window:
        """Begin before everything."""
        return Window(-math.inf, self.last)

    def places(self, interval: int, newest: int) -> tuple[int, int]:
        """Give the first and the last place in a row of samples, ``interval`` milliseconds apart, up to the newest."""
        last = newest if self.last == math.inf else int(self.last // interval)
        return 0 if self.first <= 0 else int(-(-self.first // interval)), last
