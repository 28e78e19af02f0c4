"""The number of the next beat: always above every number that was ever published.

The state file is one line, the last number given out. It is written before that
number is published anywhere, so a crash leaves it ahead, never behind. Where it is
lost, what was published is the memory.
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
    if not digits.isdigit() or len(digits) > len(str(LIMIT)):
        return None
    number = int(digits)
    return number if _possible(number) else None


def highest(published: Iterable[float]) -> int | None:
    """Give the highest number among published samples; what no writer can have published is passed over."""
    return max((int(value) for value in published if _possible(value)), default=None)


def following(last: int | None, now: int, *, all_known: bool) -> int:
    """Give the next number.

    Args:
        last: the highest number known to have been given out, or ``None``.
        now: the unix time in whole seconds, from which a sequence without a past starts.
        all_known: false when a place that may have a higher number could not be asked; then
            the time is used as well, since a sequence that started from the time and
            beats at most once a second is never ahead of it.
    """
    if last is None:
        return max(now, 1)
    return last + 1 if all_known else max(last + 1, now)


def _possible(number: float) -> bool:
    return 0 < number < LIMIT - 1 and number == int(number)
