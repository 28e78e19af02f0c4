"""Reads the shorthand of input values, as far as it tells when a series has samples.

``0+1x10`` are 11 samples, ``5x3`` four, ``_`` is a gap, ``_x3`` three, ``stale`` ends a series.
Source: Prometheus documentation, "Unit Testing for Rules", ``<series>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_GAP = re.compile(r"_(?:x(\d{1,9}))?")
_REPEATED = re.compile(r".*x(\d{1,9})")
_HISTOGRAM = re.compile(r"\{\{[^{}]*\}\}")


@dataclass(frozen=True, slots=True)
class InputValues:
    """When a series has samples, counted in intervals from 0.

    Attributes:
        last: the place of its last sample; -1 where it has none.
        deliberate: whether it is written to end: its values close with ``stale`` or a gap.
        runs: first and last place of each unbroken run of samples.
    """

    last: int
    deliberate: bool
    runs: tuple[tuple[int, int], ...]

    def enough_between(self, first: int, last: int, least: int, apart: float) -> bool:
        """Return True for one sample from one place to another, or for two at most ``apart`` places apart."""
        kept = [(max(begin, first), min(end, last)) for begin, end in self.runs if begin <= last and first <= end]
        if least == 1:
            return kept != []
        if apart >= 1 and any(begin < end for begin, end in kept):
            return True
        return any(after[0] - before[1] <= apart for before, after in pairwise(kept))

    def ends_by_intent(self, place: int) -> bool:
        """Tell whether a gap or ``stale`` is written behind the samples before a place, and stands there still."""
        ended = [end for begin, end in self.runs if begin <= place][-1:]
        return ended != [] and ended[0] < place and (ended[0] < self.last or self.deliberate)

    def any_between(self, first: int, last: int) -> bool:
        """Tell whether there is a sample from one place to another, both included."""
        return any(begin <= last and first <= end for begin, end in self.runs)


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
