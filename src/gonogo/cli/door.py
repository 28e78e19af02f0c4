"""The one door that every command leaves by, whatever happens in it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NoReturn

from gonogo.cli.answer import deliver
from gonogo.stopping import checkpoint, disregard


def through(command: Callable[[], object], arguments: Sequence[str], *, debug: bool = False) -> NoReturn:
    """Run a command and exit with the code that it gives, 0 where it gives none.

    Args:
        command: what is run; its errors become words and exit codes (``gonogo.cli.error_door``).
        arguments: the command line, which says in what form a mistake is wanted.
        debug: whether an error's traceback is shown.
    """
    try:
        checkpoint()
        code = command()
        disregard()
        deliver()
    except BaseException as error:  # noqa: BLE001 - the one door: nothing passes it unsaid
        from gonogo.cli.error_door import leave  # what goes well does not pay for it

        code = leave(error, debug=debug, as_json=wants_json(arguments))
    sys.exit(code if isinstance(code, int) else 0)


def wants_json(arguments: Sequence[str]) -> bool:
    """Return whether a command line asks for JSON, even where it cannot be meant as a whole; the last word counts."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    forms = [
        word if option == "--format" else option.partition("=")[2]
        for option, word in pairwise((*options, ""))
        if option == "--format" or option.startswith("--format=")
    ]
    return forms[-1:] == ["json"]
