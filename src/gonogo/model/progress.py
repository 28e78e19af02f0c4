"""Reports of a long command about its progress. The command line decides how to show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct


class Progress(Struct, frozen=True):
    """A report: a step that runs now, a result that stays, or a picture of several lines.

    Attributes:
        text: the name of the running step, the lines of the result, or the lines of the picture.
        done: how many of the ``of`` parts of the running step are done. 0 ``of`` means that they are not counted.
        of: the number of parts.
        stays: true for a result. A terminal overwrites any other text by the next report.
        log: the line for a log, which gets no running steps and no pictures; empty for no line.
    """

    text: str
    done: int = 0
    of: int = 0
    stays: bool = False
    log: str = ""


Listener: TypeAlias = Callable[[Progress], None]
"""A function that is called with every report."""


def ignored(_: Progress) -> None:
    """Ignore a report."""


def note(text: str) -> Progress:
    """Return the report of a result, or of any other lines that stay."""
    return Progress(text.rstrip("\n"), stays=True)
