"""Mistakes in a template, and their places in its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateMistake:
    """A mistake in a template: the offset, the length in characters, and a clause that says what is wrong."""

    offset: int
    length: int
    message: str


class UnreadableTemplate(ValueError):
    """A template that cannot be parsed."""

    def __init__(self, offset: int, length: int, message: str) -> None:
        """Keep the place and the message."""
        super().__init__(message)
        self.mistake = TemplateMistake(offset, max(length, 1), message)


class TooDeep(ValueError):
    """A template that is nested too deeply for gonogo. Go may accept it."""
