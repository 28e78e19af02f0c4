"""The one door that every command leaves by, whatever happens in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

from gonogo.cli.answer import deliver


def through(command: Callable[[], object], *, debug: bool) -> NoReturn:
    """Run a command and exit with the code that it gives, 0 where it gives none.

    Args:
        command: what is run; its errors become words and exit codes (``gonogo.cli.error_door``).
        debug: whether an error's traceback is shown.
    """
    try:
        code = command()
        deliver()
    except BaseException as error:  # noqa: BLE001 - the one door: nothing passes it unsaid
        from gonogo.cli.error_door import leave  # what goes well does not pay for it

        code = leave(error, debug=debug)
    sys.exit(code if isinstance(code, int) else 0)
