"""The number of the next beat: always above every number that was ever published.

The state file is one line, the last number given out. It is written before that
number is published anywhere, so a crash leaves it ahead, never behind. Where it is
lost, or is not the one that the last beat left, what was published is the memory.
"""

from __future__ import annotations

from collections.abc import Iterable

LIMIT = 2**53
"""Samples are IEEE doubles: up to here every whole number is exact, and one more is different."""

PLAUSIBLE = 2**52
"""Below this a number counts though no seal vouches for it.

A number above it is damage: no writer gets there, since a sequence begins at the unix time. A damaged number below it
has as many beats ahead of it as any other, so a sequence that goes on from it need never go back.
"""


def state_line(sequence: int) -> bytes:
    """Write the state file."""
    return b"%d\n" % sequence


def read_state(content: bytes) -> int | None:
    """Read the state file; ``None`` when it does not hold exactly one possible number."""
    digits = content.strip()
    if not digits.isdigit() or len(digits) > len(str(LIMIT)) or not 0 < int(digits) < LIMIT - 1:
        return None
    return int(digits)


def highest(published: Iterable[float]) -> int | None:
    """Give the highest number among published samples; what no writer can have published is passed over."""
    return max((int(value) for value in published if 0 < value < PLAUSIBLE and value == int(value)), default=None)


def following(last: int | None, now: int) -> int:
    """Give the number after ``last``; a sequence without a past starts from ``now``, whole seconds of unix time."""
    return max(now, 1) if last is None else last + 1
