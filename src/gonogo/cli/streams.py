"""Prepares standard input, output and error, so that every command finds all three.

Standard error gets progress and errors. Its reader may leave and its disk may fill up. Neither is a reason to end a
watch, a daemon or a reload. So a line that cannot be written there is dropped, and the next line is tried again.
Standard output gets the answer. Its loss is an error, both for a command and for a page of help by click.
"""

from __future__ import annotations

import io
import os
import select
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # 'typing' is not needed to start
    from typing_extensions import Buffer

    from gonogo.errors import GonogoError


class Unfailing(io.FileIO):
    """A file that drops content which cannot be written."""

    def write(self, content: Buffer, /) -> int:
        """Write as much as the file takes. If it takes nothing, the content is dropped."""
        try:
            written: int | None = super().write(content)
        except OSError:
            written = None
        return len(memoryview(content)) if written is None else written


class Answering(io.FileIO):
    """A file whose loss is reported once, as an error of gonogo. Content that is written later is dropped."""

    _lost = False

    def write(self, content: Buffer, /) -> int:
        """Write the content.

        Raises:
            ReaderLeft: nobody reads the file any more.
            AnswerLost: the content could not be written.
        """
        if self._lost:
            return len(memoryview(content))
        try:
            return self._written(content)
        except OSError as error:
            self._lost = True
            raise _loss(error) from error

    def _written(self, content: Buffer) -> int:
        written: int | None
        while (written := super().write(content)) is None:  # another process made this pipe non-blocking
            room = select.poll()
            room.register(self, select.POLLOUT)
            room.poll()
        return written


def _loss(error: OSError) -> GonogoError:
    from gonogo.errors import AnswerLost, ReaderLeft, cause_of

    if isinstance(error, BrokenPipeError):
        return ReaderLeft("the reader of the answer left", where="standard output")
    return AnswerLost(
        "the answer could not be written",
        where="standard output",
        why=cause_of(error),
        next_step="make room on its disk, and run the command again",
    )


def secure() -> None:
    """Open closed streams on the null device, so that no file gets their numbers, and wrap output and error."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        _open(number, flags)
    encoding = "utf-8" if sys.stderr is None else sys.stderr.encoding
    unfailing = io.BufferedWriter(Unfailing(2, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(unfailing, encoding, "backslashreplace", line_buffering=True)
    if sys.stdout is not None:
        answering = io.BufferedWriter(Answering(1, "w", closefd=False))
        sys.stdout = io.TextIOWrapper(answering, sys.stdout.encoding, sys.stdout.errors)


def _open(number: int, flags: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, flags)
        os.dup2(opened, number)
        if opened != number:
            os.close(opened)
