"""The programs that gonogo runs, and the Debian package that brings each."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from gonogo.errors import MissingTool

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
"""Program -> the package of Debian 12 that brings it."""


_SCARCE = frozenset((errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE))
"""Errors of a start that are the machine's, whatever the program is."""


@contextmanager
def runnable(program: str) -> Iterator[None]:
    """Start a program in the block.

    Raises:
        MissingTool: the system cannot run it, such as a script without its interpreter or a program of another machine.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _SCARCE or error.filename is None:
            raise
        raise MissingTool(
            f"{program} cannot be run",
            why=error.strerror or str(error),
            next_step=f"see what `file {program}` says of it, and install a program for this machine",
        ) from error


def locate(program: str) -> str:
    """Find a program on ``PATH``, or where its path says, and give its full path.

    Raises:
        MissingTool: it is not there; the error names the package to install.
    """
    found = shutil.which(program)
    if found is None:
        raise MissingTool(
            f"{program} is not installed",
            why="gonogo runs the real program, and it is not on PATH",
            next_step=f"apt-get install {PACKAGES[program]}" if program in PACKAGES else f"install {program}",
        )
    return found
