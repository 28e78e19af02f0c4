"""Runs a command, writes its answer, and exits. Every command ends here, with its result or its error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NoReturn

from gonogo.stopping import checkpoint, disregard


def answer(text: str | bytes) -> None:
    """Write the answer, unless a signal came before. A terminal gets text in colours and in its width.

    A character that the encoding of standard output does not have is written as its escape.

    Raises:
        Stopped: a signal came.
        ReaderLeft: nobody reads standard output any more.
        AnswerLost: the answer could not be written.
    """
    checkpoint()
    if sys.stdout is None:
        return
    if isinstance(text, str):
        if sys.stdout.isatty():
            from gonogo.cli.terminal import fitted  # a pipe does not pay for it

            text = fitted(text, sys.stdout)
        text = text.encode(sys.stdout.encoding, "backslashreplace")
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def through(command: Callable[[], object], arguments: Sequence[str], *, debug: bool = False) -> NoReturn:
    """Run a command and exit with the code that it returns; 0 if it returns no code.

    The errors of the command become messages and exit codes (``gonogo.cli.error_door``). The ``--format`` of
    ``arguments``, the command line, is the format of an error too. ``debug`` shows the traceback of an error.
    """
    try:
        checkpoint()
        code = command()
        disregard()
        if sys.stdout is not None:
            sys.stdout.flush()  # it may raise ReaderLeft or AnswerLost
    except BaseException as error:  # noqa: BLE001 - every error must end as a message and an exit code
        from gonogo.cli.error_door import leave  # a command without an error does not import it

        code = leave(error, debug=debug, as_json=wants_json(arguments))
    sys.exit(code if isinstance(code, int) else 0)


def wants_json(arguments: Sequence[str]) -> bool:
    """Return whether a command line asks for JSON, even if it has mistakes. The last ``--format`` counts."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    forms = [
        word if option == "--format" else option.partition("=")[2]
        for option, word in pairwise((*options, ""))
        if option == "--format" or option.startswith("--format=")
    ]
    return forms[-1:] == ["json"]
