"""Standard input, output and error as every command finds them, whatever the process was started with.

Standard error is where progress and errors are said. Its reader may leave and its disk may fill up, and neither is a
reason to end a watch, a daemon or a reload. So what cannot be written there is dropped, and the next line is tried
again. Standard output carries the answer. Its loss is an error of its own, whoever wrote to it: a command, or click
with a page of help.
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
    """A file that drops what cannot be written."""

    def write(self, content: Buffer, /) -> int:
        """Write as much as the file takes; where it takes nothing, the content is dropped."""
        try:
            written: int | None = super().write(content)
        except OSError:
            written = None
        return len(memoryview(content)) if written is None else written


class Answering(io.FileIO):
    """A file whose loss is said once, in gonogo's own errors; what is written to it after that is for nobody."""

    _lost = False

    def write(self, content: Buffer, /) -> int:
        """Write the content.

        Raises:
            ReaderLeft: nobody reads it any more.
            AnswerLost: it could not be written.
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
        while (written := super().write(content)) is None:  # whoever shares this pipe has made it non-blocking
            room = select.poll()
            room.register(self, select.POLLOUT)
            room.poll()
        return written


def _loss(error: OSError) -> GonogoError:
    from gonogo.errors import AnswerLost, ReaderLeft

    if isinstance(error, BrokenPipeError):
        return ReaderLeft("the reader of the answer left", where="standard output")
    return AnswerLost(
        "the answer could not be written",
        where="standard output",
        why=error.strerror or str(error),
        next_step="make room where it goes, and run the command again",
    )


def secure() -> None:
    """Open what is closed onto nothing, so that no file gets its number, and say what happens to the other two."""
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
