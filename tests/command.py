"""Runs the command ``gonogo``: as a process, or faster, inside the process of the test."""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from gonogo.cli.door import through
from gonogo.cli.main import main
from gonogo.cli.plain_call import plain_call


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a command.

    Attributes:
        code: the exit code; negative for a signal.
        out: the standard output.
        err: the standard error.
        seconds: the running time.
        peak: the most memory that the process held at a time, in bytes; at least that of the test's process,
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
    """Run the command to its end, as a process. After ``within`` seconds the process is killed.

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


def in_process(*arguments: str | bytes, cwd: Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run the command to its end in this process, with streams, folder and environment of its own.

    A process takes half a second of CPU to begin, and most calls show nothing by it. Use ``gonogo`` for signals, exits,
    terminals, memory, and for what a program writes that the command starts.

    Args:
        arguments: what follows ``gonogo``.
        cwd: the folder it runs in.
        env: variables beside those of this process.
    """
    argv = [os.fsdecode(argument) for argument in arguments]
    out, err = io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        patch.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8"))
        patch.setattr(sys, "stderr", io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True))
        began = time.monotonic()
        code = _code(argv)
        seconds = time.monotonic() - began
        sys.stdout.flush()
        texts = (out.getvalue().decode(), err.getvalue().decode())
    return Ended(code, *texts, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def _code(argv: list[str]) -> int:
    """Run the command as ``__main__`` does, and return the exit code."""
    call = plain_call(argv)
    with pytest.raises(SystemExit) as end:
        main(argv) if call is None else through(call, argv)
    assert isinstance(end.value.code, int)
    return end.value.code
