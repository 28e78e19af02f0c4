"""What is wrong with a template, and where in its text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateMistake:
    """A mistake in a template: where it begins, how many characters it has, and what it is, as a clause."""

    offset: int
    length: int
    message: str


class UnreadableTemplate(ValueError):
    """The template cannot be parsed."""

    def __init__(self, offset: int, length: int, message: str) -> None:
        """Keep the place."""
        super().__init__(message)
        self.mistake = TemplateMistake(offset, max(length, 1), message)


class TooDeep(ValueError):
    """The template is nested deeper than is read here; Go may well take it."""
