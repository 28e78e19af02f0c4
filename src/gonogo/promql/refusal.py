"""The reasons why a text is not PromQL, with the places of the wrong characters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_QUOTED = 20


def shortened(text: str) -> str:
    """Return the text for a message: the first 20 characters of a longer one."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


class Refusal(ValueError):
    """A text that no version of Prometheus reads.

    Attributes:
        message: the reason, in words that can follow "this is not PromQL: ".
        start: the offset of the first wrong character, counted from 0.
        end: the offset after the last wrong character.
    """

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


class Unjudged(Refusal):
    """A text that a server may read, and that gonogo cannot: it is nested too deeply, or has no value in a rule."""


def placed(read: Callable[[str], T], text: str, start: int) -> T:
    """Read a text that begins at an offset of another text, so that a refusal has its place in that text."""
    try:
        return read(text)
    except Refusal as refusal:
        raise type(refusal)(refusal.message, refusal.start + start, refusal.end + start) from None
