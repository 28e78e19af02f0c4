"""Finds the number of the next beat: always above every number that was ever published.

The state file is one line with the last number given out. It is written before that
number is published anywhere, so after a crash the state is ahead and never behind. If the state file is
lost, or is not the one that the last beat wrote, the published numbers replace it.
"""

from __future__ import annotations

from collections.abc import Iterable

LIMIT = 2**53
"""The limit up to which an IEEE double, and so a sample, can store every whole number exactly."""

PLAUSIBLE = 2**52
"""The limit below which a number counts without a seal.

A number above the limit is damaged: a sequence begins at the unix time, so no writer reaches the limit. If a damaged
number is below the limit, enough numbers remain above it, so a sequence that continues from it never has to go back.
"""


def state_line(sequence: int) -> bytes:
    """Return the content of the state file."""
    return b"%d\n" % sequence


def read_state(content: bytes) -> int | None:
    """Return the number in the content of a state file, or ``None`` if it is not exactly one possible number."""
    digits = content.strip()
    if not digits.isdigit() or len(digits) > len(str(LIMIT)) or not 0 < int(digits) < LIMIT - 1:
        return None
    return int(digits)


def highest(published: Iterable[float]) -> int | None:
    """Return the highest number among published samples. A number that no writer can have published is ignored."""
    return max((int(value) for value in published if 0 < value < PLAUSIBLE and value == int(value)), default=None)


def next_number(last: int | None, now: int) -> int:
    """Return the number after ``last``. Without a last number the sequence starts from ``now``, in unix seconds."""
    return max(now, 1) if last is None else last + 1
