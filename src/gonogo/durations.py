"""Durations as Prometheus writes them (``1h30m``, ``45s``, ``500ms``) and as ``timedelta``.

The grammar is that of Prometheus: whole numbers with the units ``y w d h m s ms``,
each at most once, from long to short. A year has 365 days.
Source: Prometheus documentation, "Time Durations".
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

_UNITS = (
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
)
_PATTERN = re.compile("".join(rf"(?:(?P<{unit}>[0-9]+){unit})?" for unit, _ in _UNITS))
_PLAIN_UNITS = tuple(unit for unit in _UNITS if unit[0] not in {"y", "w"})
LONGEST = timedelta(days=365 * 100)


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> timedelta:
    """Read a Prometheus duration.

    Raises:
        ValueError: the text is not a duration, or is longer than a hundred years.
    """
    match = _PATTERN.fullmatch(text)
    if not text or (match is None and text != "0"):
        message = f"{text!r} is not a duration; write whole numbers with units, such as 45s, 6m or 1h30m"
        raise ValueError(message)
    parts = match.groupdict() if match else {}
    total = sum(int(parts[unit]) * size for unit, size in _UNITS if parts.get(unit))
    if total > LONGEST // timedelta(milliseconds=1):
        message = f"{text!r} is longer than a hundred years"
        raise ValueError(message)
    return timedelta(milliseconds=total)


def format_duration(duration: timedelta) -> str:
    """Return a duration as text in its shortest exact form: ``90s`` is ``1m30s``, ``24h`` is ``1d``.

    Raises:
        ValueError: the duration is negative, or finer than a millisecond.
    """
    rest, finer = divmod(duration, timedelta(milliseconds=1))
    if rest < 0 or finer:
        message = f"{duration} cannot be written as a Prometheus duration"
        raise ValueError(message)
    if rest == 0:
        return "0s"
    parts = []
    for unit, size in _PLAIN_UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
