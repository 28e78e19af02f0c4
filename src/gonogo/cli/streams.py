"""Standard input, output and error as every command finds them, whatever the process was started with.

Standard error is where progress and errors are said. Its reader may leave and its disk may fill up, and neither is a
reason to end a watch, a daemon or a reload. So what cannot be written there is dropped, and the next line is tried
again. Standard output carries the answer: ``gonogo.cli.answer`` says when that is lost.
"""

from __future__ import annotations

import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # 'typing' is not needed to start
    from typing_extensions import Buffer


class Unfailing(io.FileIO):
    """A file that drops what cannot be written."""

    def write(self, content: Buffer, /) -> int:
        """Write as much as the file takes; where it takes nothing, the content is dropped."""
        try:
            written: int | None = super().write(content)
        except OSError:
            written = None
        return len(memoryview(content)) if written is None else written


def secure() -> None:
    """Open what is closed onto nothing, so that no file gets its number, and let standard error never fail."""
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        _open(number, flags)
    encoding = "utf-8" if sys.stderr is None else sys.stderr.encoding
    unfailing = io.BufferedWriter(Unfailing(2, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(unfailing, encoding, "backslashreplace", line_buffering=True)


def _open(number: int, flags: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, flags)
        os.dup2(opened, number)
        if opened != number:
            os.close(opened)
