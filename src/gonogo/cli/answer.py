"""Writes a command's answer to standard output, whose reader may leave and whose disk may be full."""

from __future__ import annotations

import sys

from gonogo.stopping import checkpoint


def answer(text: str | bytes) -> None:
    """Write the answer as it is, unless a signal came before it.

    A character that standard output's encoding does not have is written as its escape.

    Raises:
        Stopped: a signal came.
        ReaderLeft: nobody reads it any more.
        AnswerLost: it could not be written.
    """
    checkpoint()
    if sys.stdout is None:
        return
    content = text if isinstance(text, bytes) else text.encode(sys.stdout.encoding, "backslashreplace")
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def deliver() -> None:
    """Write out what was printed so far, as ``answer`` does.

    Raises:
        ReaderLeft: nobody reads it any more.
        AnswerLost: it could not be written.
    """
    if sys.stdout is not None:
        sys.stdout.flush()
