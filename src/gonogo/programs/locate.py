"""Finds the programs that gonogo runs, and names the Debian package of each."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from gonogo.errors import MissingTool, cause_of

VMALERT = "vmalert"

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-pushgateway": "prometheus-pushgateway",
    "prometheus-node-exporter": "prometheus-node-exporter",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "victoria-metrics": "victoria-metrics",
    VMALERT: "victoria-metrics",
    "vmagent": "victoria-metrics",
}
"""The package of Debian 12 that contains each program."""


_SCARCE = frozenset((errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE))
"""Errors of a start that the machine causes, not the program."""


@contextmanager
def runnable(program: str) -> Iterator[None]:
    """Turn an error of a start in the block into an error for the user.

    Raises:
        MissingTool: the system cannot run the program, such as a script without its interpreter, or a program for
            another machine.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _SCARCE or error.filename is None:
            raise
        raise MissingTool(
            f"{program} cannot be run",
            why=cause_of(error),
            next_step=f"run `file {program}` to see its kind, and install a program for this machine",
        ) from error


def locate(program: str) -> str:
    """Return the full path of a program, found on ``PATH`` or at its own path.

    Raises:
        MissingTool: the program is missing. The error names the package to install.
    """
    found = shutil.which(program)
    if found is None:
        raise MissingTool(
            f"{program} is not installed",
            why="gonogo runs the real program, and the program is not on PATH",
            next_step=f"apt-get install {PACKAGES[program]}" if program in PACKAGES else f"install {program}",
        )
    return found
