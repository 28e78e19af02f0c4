"""The command ``gonogo`` as a process of its own: it starts and ends as fast as it can.

Most of a short command's time is Python's own: reading modules, looking for garbage
among them where there is none, and taking everything apart at the end, object by
object, that the system takes back at once.
"""

from __future__ import annotations

from gonogo import stopping

stopping.install()  # before anything else is imported: an interrupt must not come inside a module that is half read

import gc  # noqa: E402 - see above
import os  # noqa: E402 - see above
import sys  # noqa: E402 - see above
from typing import NoReturn  # noqa: E402 - see above

RARELY = (100_000, 20, 20)
"""When garbage is looked for (``gc.set_threshold``): not while modules are read, yet often
enough that a daemon's memory stays bounded."""

UNDECIDED = 3
"""The exit code where not even the error could be said in the usual way: memory, threads or files are used up."""


def run() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    try:
        _run()
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else 0)
    except BaseException as error:  # noqa: BLE001 - Python would end with the exit code of a NO-GO
        os.write(2, f"gonogo: it could not be started: {type(error).__name__}: {error}\n".encode())
        _leave(UNDECIDED)


def _run() -> NoReturn:
    gc.set_threshold(*RARELY)
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # no package has a say in a policy, so none is searched for one
    from gonogo.cli.streams import secure  # noqa: PLC0415 - read without looking for garbage

    secure()
    from gonogo.cli.door import through  # noqa: PLC0415 - the same
    from gonogo.cli.plain_call import plain_call  # noqa: PLC0415 - the same

    if (call := plain_call(sys.argv[1:])) is not None:
        through(call, sys.argv[1:])
    from gonogo.cli.main import main  # noqa: PLC0415 - a plain call does not pay for click

    main()


def _leave(code: int) -> NoReturn:
    """End the process as it stands.

    Nothing waits for the interpreter's own end: what was begun was ended by the ``with``
    that began it, and a thread that is still there was given up. The answer was written
    out before, and what standard error still holds cannot be written.
    """
    os._exit(code)


if __name__ == "__main__":
    run()
