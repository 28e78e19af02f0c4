"""Reads the output of a program until the program itself has ended.

The end of the output does not show the end of the program: a child that the program left running in the background
keeps the output open, and a daemon keeps it open for ever. So the functions here wait for the end of the process, and
then read only the output that is already there.
"""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from select import select

from gonogo.stopping import readable

_CHUNK = 65_536

Wait = Callable[[int, float], object]
"""A function that waits until a descriptor can be read, for a number of seconds at most."""


def readable_whatever_comes(descriptor: int, seconds: float) -> None:
    """Wait like ``readable``, but without ending the wait for a signal."""
    select((descriptor,), (), (), seconds)


def output_of(process: subprocess.Popen[bytes], seconds: float, wait: Wait = readable) -> Iterator[bytes]:
    """Yield the output of a program piece by piece, until the program has ended or the time is over.

    The function does not collect the end of the process, so that no other process gets its number: the caller stops
    the process or waits for it.

    Raises:
        Stopped: a signal came, unless ``wait`` ignores signals.
    """
    until = time.monotonic() + seconds
    with selectors.EpollSelector() as selector, _end_of(process) as end:
        selector.register(end, selectors.EVENT_READ)
        output = None if process.stdout is None else process.stdout.fileno()
        if output is not None:
            selector.register(output, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0:
            wait(selector.fileno(), left)
            ready = {key.fd for key, _ in selector.select(0)}
            if output is not None and output in ready:
                if chunk := os.read(output, _CHUNK):
                    yield chunk
                else:
                    selector.unregister(output)
            elif end in ready:
                return


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return true if a program has ended, without collecting its end."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@contextmanager
def _end_of(process: subprocess.Popen[bytes]) -> Iterator[int]:
    """Yield a descriptor that can be read as soon as the process has ended."""
    end = os.pidfd_open(process.pid)
    try:
        yield end
    finally:
        os.close(end)
