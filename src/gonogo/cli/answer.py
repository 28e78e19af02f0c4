"""Writes a command's answer to standard output, whose reader may leave and whose disk may be full."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from gonogo.errors import ActionFailed


def answer(text: str | bytes) -> None:
    """Write the answer as it is; a reader who left early has seen enough, and changes no exit code.

    A character that standard output's encoding does not have is written as its escape.

    Raises:
        ActionFailed: it could not be written.
    """
    if sys.stdout is None:
        return
    content = text if isinstance(text, bytes) else text.encode(sys.stdout.encoding, "backslashreplace")
    with _written():
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()


def deliver() -> None:
    """Write out what was printed so far, as ``answer`` does.

    Raises:
        ActionFailed: it could not be written.
    """
    if sys.stdout is not None:
        with _written():
            sys.stdout.flush()


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sys.stdout = None  # what is left in its buffer would be tried again at exit
        if not isinstance(error, BrokenPipeError):
            raise ActionFailed(
                "the answer could not be written",
                where="standard output",
                why=error.strerror or str(error),
                next_step="make room where it goes, and run the command again",
            ) from error
