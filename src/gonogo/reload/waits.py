"""The waits of a reload that no policy sets."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct


class ReloadWaits(Struct, frozen=True):
    """The waits of a reload.

    Attributes:
        lock: the longest wait for the lock that another reload holds.
        slack: extra time for a server, beyond its slowest group and scrapes: discovery runs only every 5 s.
        first_pause: the longest pause before the first retry. It doubles with each retry.
        look_every: the shortest pause between two looks at the server.
    """

    lock: timedelta = timedelta(seconds=30)
    slack: timedelta = timedelta(seconds=10)
    first_pause: timedelta = timedelta(seconds=2)
    look_every: timedelta = timedelta(seconds=0.25)


RELOAD_WAITS = ReloadWaits()
