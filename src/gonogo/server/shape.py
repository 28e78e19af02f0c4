"""Checks the shape of parsed JSON, piece by piece, and reads the times in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

_LONGEST = 120

Json: TypeAlias = Any
"""A value from the JSON parser, whose shape is not checked yet."""

JsonObject: TypeAlias = Mapping[str, Json]


class Misshapen(Exception):
    """An answer that does not have the shape of the API. The text names the difference."""


def mapping(value: Json, what: str) -> JsonObject:
    """Check that a value is an object."""
    if not isinstance(value, dict):
        raise Misshapen(f"{what} is not an object but {shown(value)}")
    return value


def data_of(envelope: JsonObject) -> JsonObject:
    """Return the object ``data`` of an answer's envelope."""
    return mapping(envelope.get("data"), "data")


def listing(value: Json, what: str) -> list[Json]:
    """Check that a value is a list."""
    if not isinstance(value, list):
        raise Misshapen(f"{what} is not a list but {shown(value)}")
    return value


def text(value: Json, what: str) -> str:
    """Check that a value is a text."""
    if not isinstance(value, str):
        raise Misshapen(f"{what} is not a text but {shown(value)}")
    return value


def number(value: Json, what: str) -> float:
    """Check that a value is a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Misshapen(f"{what} is not a number but {shown(value)}")
    return float(value)


def texts(value: Json, what: str) -> dict[str, str]:
    """Check that a value is an object of texts, such as labels. ``null`` and a missing value give an empty object."""
    return {name: text(item, f"{name!r} of {what}") for name, item in mapping(value or {}, what).items()}


def shown(value: Json) -> str:
    """Write the beginning of a value for an error."""
    return repr(value)[:_LONGEST]


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
