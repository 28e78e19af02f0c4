"""Runs a command and exits. Every command ends here, with its result or its error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NoReturn

from gonogo.cli.answer import deliver
from gonogo.stopping import checkpoint, disregard


def through(command: Callable[[], object], arguments: Sequence[str], *, debug: bool = False) -> NoReturn:
    """Run a command and exit with the code that it returns; 0 if it returns no code.

    Args:
        command: the command. Its errors become messages and exit codes (``gonogo.cli.error_door``).
        arguments: the command line. Its ``--format`` is the format of an error too.
        debug: True: show the traceback of an error.
    """
    try:
        checkpoint()
        code = command()
        disregard()
        deliver()
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
