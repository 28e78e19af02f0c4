"""One heartbeat as it was published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat that was published everywhere it should be.

    Attributes:
        sequence: its number.
        milliseconds: the writer's unix time, in whole milliseconds.
        published: where it can be read: a path, a URL.
        recovered: a sentence when the state had been lost, else empty.
        beside: a sentence when another machine writes the same heartbeat, else empty.
    """

    sequence: int
    milliseconds: int
    published: tuple[str, ...]
    recovered: str = ""
    beside: str = ""
