"""The times at which an expression, or a part of one, is evaluated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from gonogo.promql.tree import Subquery, Vector

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """The times from ``first`` to ``last``, in milliseconds, both included."""

    first: float
    last: float

    @classmethod
    def at(cls, time: timedelta) -> Window:
        """Return the window of a single time."""
        return cls(time // MILLISECOND, time // MILLISECOND)

    @classmethod
    def ever_until(cls, time: timedelta) -> Window:
        """Return the window of all times up to a time."""
        return cls.at(time).from_ever()

    def back(self, node: Vector | Subquery) -> Window:
        """Return the window that an offset or a fixed time (``@``) makes of this window."""
        if node.at:
            return Window(-math.inf, math.inf)
        offset = node.offset // MILLISECOND
        return Window(self.first - offset, self.last - offset)

    def from_before(self, length: timedelta) -> Window:
        """Return the window that begins earlier by a length of time."""
        return Window(self.first - length // MILLISECOND, self.last)

    def from_ever(self) -> Window:
        """Return the window that begins before every sample."""
        return Window(-math.inf, self.last)

    def places(self, interval: int, newest: int) -> tuple[int, int]:
        """Return the first and the last place of a row of samples, ``interval`` ms apart, up to the newest."""
        last = newest if self.last == math.inf else int(self.last // interval)
        return 0 if self.first <= 0 else int(-(-self.first // interval)), last
