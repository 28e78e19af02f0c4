"""Reads what a program writes, until the program itself has ended.

The end of its output is no sign of that: what a program leaves running in the background keeps the output open, for
ever if it is a daemon. So the end of the process is waited for, and then only what is there already is read.
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
"""Waits until a descriptor can be read, for so many seconds at most."""


def readable_whatever_comes(descriptor: int, seconds: float) -> None:
    """Wait as ``readable`` does, but let no signal end the wait."""
    select((descriptor,), (), (), seconds)


def output_of(process: subprocess.Popen[bytes], seconds: float, wait: Wait = readable) -> Iterator[bytes]:
    """Give the output of a program piece by piece, until it has ended or the time is up.

    The end of the process is not collected, so that its number stays its own: the caller stops or waits for it.

    Raises:
        Stopped: a signal came, unless ``wait`` takes no notice of signals.
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
    """Tell whether a program has ended, without collecting its end."""
    if process.returncode is not None:
        return True
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@contextmanager
def _end_of(process: subprocess.Popen[bytes]) -> Iterator[int]:
    """Give a descriptor that can be read as soon as the process has ended."""
    end = os.pidfd_open(process.pid)
    try:
        yield end
    finally:
        os.close(end)
