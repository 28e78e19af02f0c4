"""The number of the next beat: always above every number that was ever published.

The state file is one line, the last number given out. It is written before that
number is published anywhere, so a crash leaves it ahead, never behind. Where it is
lost, or is not the one that the last beat left, what was published is the memory.
"""

from __future__ import annotations

from collections.abc import Iterable

LIMIT = 2**53
"""Samples are IEEE doubles: up to here every whole number is exact, and one more is different."""


def state_line(sequence: int) -> bytes:
    """Write the state file."""
    return b"%d\n" % sequence


def read_state(content: bytes) -> int | None:
    """Read the state file; ``None`` when it does not hold exactly one possible number."""
    digits = content.strip()
    if not digits.isdigit() or len(digits) > len(str(LIMIT)) or not _possible(int(digits)):
        return None
    return int(digits)


def highest(published: Iterable[float]) -> int | None:
    """Give the highest number among published samples; what no writer can have published is passed over."""
    return max((int(value) for value in published if _possible(value)), default=None)


def following(last: int | None, now: int) -> int:
    """Give the number after ``last``; a sequence without a past starts from ``now``, whole seconds of unix time."""
    return max(now, 1) if last is None else last + 1


def _possible(number: float) -> bool:
    return 0 < number < LIMIT - 1 and number == int(number)
