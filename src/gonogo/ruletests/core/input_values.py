"""Reads the shorthand of input values, to find the windows of time in which a series has samples.

``0+1x10`` are 11 samples, ``5x3`` four, ``_`` is a gap, ``_x3`` three, ``stale`` ends a series.
Source: Prometheus documentation, "Unit Testing for Rules", ``<series>``.
"""

from __future__ import annotations

import math
import re
from datetime import timedelta
from itertools import pairwise

from msgspec import Struct

from gonogo.promql.tree import Subquery, Vector

_GAP = re.compile(r"_(?:x(\d{1,9}))?")
_REPEATED = re.compile(r".*x(\d{1,9})")
_HISTOGRAM = re.compile(r"\{\{[^{}]*\}\}")
MILLISECOND = timedelta(milliseconds=1)


class InputValues(Struct, frozen=True):
    """The places of the samples of a series, counted in intervals from 0.

    Attributes:
        last: the place of the last sample; -1 if there is none.
        deliberate: True if the author ended the series: its values close with ``stale`` or a gap.
        runs: the first and the last place of each unbroken run of samples.
    """

    last: int
    deliberate: bool
    runs: tuple[tuple[int, int], ...]

    def enough_between(self, first: int, last: int, least: int = 1, apart: float = 0) -> bool:
        """Return True for one sample between two places, or for two samples at most ``apart`` places apart."""
        kept = [(max(begin, first), min(end, last)) for begin, end in self.runs if begin <= last and first <= end]
        if least == 1:
            return kept != []
        if apart >= 1 and any(begin < end for begin, end in kept):
            return True
        return any(after[0] - before[1] <= apart for before, after in pairwise(kept))

    def ends_by_intent(self, place: int) -> bool:
        """Return True if a gap or ``stale`` ends the samples before a place, and no sample follows up to the place."""
        ended = [end for begin, end in self.runs if begin <= place][-1:]
        return ended != [] and ended[0] < place and (ended[0] < self.last or self.deliberate)


def input_values(text: str) -> InputValues:
    """Read the values of a series."""
    place = 0
    runs: list[tuple[int, int]] = []
    deliberate = False
    for item in _HISTOGRAM.sub("0", text).split():
        gap = _GAP.fullmatch(item)
        repeated = _REPEATED.fullmatch(item)
        count = int(gap[1] or 1) if gap else 1 + int(repeated[1]) if repeated else 1
        deliberate = bool(gap) or item == "stale"
        if not deliberate:
            runs.append((place, place + count - 1))
        place += count
    return InputValues(runs[-1][1] if runs else -1, deliberate, tuple(runs))


class Window(Struct, frozen=True):
    """The times from ``first`` to ``last``, in milliseconds, both included."""

    first: float
    last: float

    @classmethod
    def at(cls, time: timedelta) -> Window:
        """Return the window of a single time."""
        return cls(time // MILLISECOND, time // MILLISECOND)

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
