"""Writes the answer of a command to standard output. The reader may leave, and the disk may be full."""

from __future__ import annotations

import sys

from gonogo.stopping import checkpoint


def answer(text: str | bytes) -> None:
    """Write the answer, unless a signal came before.

    A character that the encoding of standard output does not have is written as its escape.

    Raises:
        Stopped: a signal came.
        ReaderLeft: nobody reads standard output any more.
        AnswerLost: the answer could not be written.
    """
    checkpoint()
    if sys.stdout is None:
        return
    content = text if isinstance(text, bytes) else text.encode(sys.stdout.encoding, "backslashreplace")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def deliver() -> None:
    """Flush the text that was printed so far.

    Raises:
        ReaderLeft: nobody reads standard output any more.
        AnswerLost: the answer could not be written.
    """
    if sys.stdout is not None:
        sys.stdout.flush()
