"""Times by RFC 3339."""

from __future__ import annotations

import pytest

from gonogo.server.shape import Misshapen, moment


@pytest.mark.parametrize("said", [None, 5, "", "yesterday", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"])
def test_an_invalid_time_is_refused(said: object) -> None:
    """A time without a zone is invalid too."""
    with pytest.raises(Misshapen):
        moment(said, "the time")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("0001-01-01T00:00:00-11:00", None),
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T02:00:01.5+02:00", 1.5),
        ("2026-11-23T06:01:07.972672967Z", 1795413667.972672),
        ("2026-11-23T06:01:07.97Z", 1795413667.97),
    ],
)
def test_a_time_is_unix_seconds(said: str, seconds: float | None) -> None:
    """Nanoseconds are cut to microseconds, and zones are applied. Go's zero time means never."""
    assert moment(said, "the time") == seconds
