"""The process of the command ``gonogo``, which starts and ends as fast as possible.

A short command spends most of its time in Python itself: it imports modules, collects
garbage although there is none, and at the end frees object by object the memory that
the system takes back at once.
"""

from __future__ import annotations

from gonogo import stopping

stopping.install()  # before every other import: an interrupt must not come while a module is half imported

import gc  # noqa: E402 - see above
import os  # noqa: E402 - see above
import sys  # noqa: E402 - see above
from typing import NoReturn  # noqa: E402 - see above

RARELY = (100_000, 20, 20)
"""The thresholds of the garbage collector (``gc.set_threshold``): it does not run while modules are
imported, and runs often enough to bound the memory of a daemon."""

UNDECIDED = 3
"""The exit code if even the usual error message failed, because memory, threads or files are used up."""


def run() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    try:
        _run()
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else 0)
    except BaseException as error:  # noqa: BLE001 - Python would end with the exit code of a NO-GO
        os.write(2, f"gonogo: the command could not be started: {type(error).__name__}: {error}\n".encode())
        _leave(UNDECIDED)


def _run() -> NoReturn:
    gc.set_threshold(*RARELY)
    from gonogo.environment import set_variable  # noqa: PLC0415 - imported after the garbage collector was set

    set_variable("PYDANTIC_DISABLE_PLUGINS", "__all__")  # plugins must not change a policy, and the search takes time
    from gonogo.cli.streams import secure  # noqa: PLC0415 - the same

    secure()
    from gonogo.cli.door import through  # noqa: PLC0415 - the same
    from gonogo.cli.plain_call import plain_call  # noqa: PLC0415 - the same

    if (call := plain_call(sys.argv[1:])) is not None:
        through(call, sys.argv[1:])
    from gonogo.cli.main import main  # noqa: PLC0415 - a plain call does not pay for click

    main()


def _leave(code: int) -> NoReturn:
    """End the process at once, without the clean-up of the interpreter.

    No clean-up is needed. Each resource was closed by the ``with`` that opened it, and a
    thread that still runs was given up before. The answer was flushed before. Text that
    standard error still buffers cannot be written.
    """
    os._exit(code)


if __name__ == "__main__":
    run()
