"""Reads a server's times, written by RFC 3339, as unix seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from gonogo.server.shape import Json, Misshapen, text

_NEVER = datetime(1, 1, 3, tzinfo=UTC)


def moment(value: Json, what: str) -> float | None:
    """Read a time such as ``2026-01-01T00:00:00.123456789+02:00`` to the microsecond.

    Go writes a time that was never set as ``0001-01-01T00:00:00Z``: the function returns ``None`` for it.

    Raises:
        Misshapen: the value is not a time, or has no time zone.
    """
    try:
        read = datetime.fromisoformat(text(value, what))
    except ValueError as error:
        raise Misshapen(f"{what} is not a time: {value!r}") from error
    if read.tzinfo is None:
        raise Misshapen(f"{what} has no time zone: {value!r}")
    return None if read.replace(tzinfo=UTC) < _NEVER else read.timestamp()
