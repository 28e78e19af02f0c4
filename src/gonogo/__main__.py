"""The command ``gonogo`` as a process of its own: it starts and ends as fast as it can.

Most of a short command's time is Python's own: reading modules, looking for garbage
among them where there is none, and taking everything apart at the end, object by
object, that the system takes back at once.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

RARELY = (100_000, 20, 20)
"""When garbage is looked for (``gc.set_threshold``): not while modules are read, yet often
enough that a daemon's memory stays bounded."""


def run() -> NoReturn:
    """Run the command line, and end the process with its exit code."""
    gc.set_threshold(*RARELY)
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"  # no package has a say in a policy, so none is searched for one
    from gonogo.cli.door import through  # noqa: PLC0415 - read without looking for garbage
    from gonogo.cli.plain_call import plain_call  # noqa: PLC0415 - the same

    try:
        if (call := plain_call(sys.argv[1:])) is not None:
            through(call, debug=False)
        from gonogo.cli.main import main  # noqa: PLC0415 - a plain call does not pay for click

        main()
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else 0)


def _leave(code: int) -> NoReturn:
    """End the process as it stands.

    Nothing waits for the interpreter's own end: what was begun was ended by the ``with``
    that began it, and a thread that is still there was given up. What was printed goes out.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # answers were written out before; the exit code tells the rest
            if stream is not None:
                stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
