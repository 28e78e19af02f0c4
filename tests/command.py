"""Runs the command ``gonogo`` as a process, as a shell would, and measures it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    Attributes:
        code: its exit code; negative for a signal.
        out: its standard output.
        err: its standard error.
        seconds: how long it ran.
        peak: the most memory that it held at a time, in bytes; at least that of this process,
            out of which it was made.
    """

    code: int
    out: str
    err: str
    seconds: float
    peak: int


def gonogo(
    *arguments: str | bytes,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    before: Sequence[str] = (),
    within: float = 110,
) -> Ended:
    """Run the command to its end; what runs longer than ``within`` seconds is killed.

    Args:
        arguments: what follows ``gonogo``.
        cwd: the folder it runs in.
        env: variables beside those of this process.
        before: a command that runs it, such as ``nice``.
        within: seconds.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen(
            (*before, sys.executable, "-m", "gonogo", *arguments),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        watch = threading.Timer(within, os.kill, (process.pid, signal.SIGKILL))
        watch.start()
        try:
            _, status, used = os.wait4(process.pid, 0)
        finally:
            watch.cancel()
            watch.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - began
        out.seek(0)
        err.seek(0)
        texts = (out.read().decode(), err.read().decode())
        return Ended(process.returncode, *texts, seconds, used.ru_maxrss * 1024)
