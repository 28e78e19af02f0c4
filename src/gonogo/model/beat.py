"""A heartbeat as it was published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat that was published in every place that the policy names.

    Attributes:
        sequence: the number of the beat.
        milliseconds: the unix time of the writer, in whole milliseconds.
        published: the places where the beat can be read, each a path or a URL.
        recovered: a sentence if the state of the writer had been lost, else empty.
        beside: a sentence if another machine writes the same heartbeat, else empty.
    """

    sequence: int
    milliseconds: int
    published: tuple[str, ...]
    recovered: str = ""
    beside: str = ""
