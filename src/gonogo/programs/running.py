"""Finds other programs and runs them: with a deadline, a bounded output, and an end for their children too.

The end of the output does not show the end of a program: a child that the program left running in the background
keeps the output open, and a daemon keeps it open for ever. So gonogo waits for the end of the process, and
then reads only the output that is already there. No shell reads the arguments.
"""

from __future__ import annotations

import errno
import os
import selectors
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from select import select

from msgspec import Struct

from gonogo.environment import environment_with
from gonogo.errors import MissingTool, cause_of
from gonogo.stopping import readable, undone_at_worst

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

LONGEST_OUTPUT = 1 << 20
"""Bytes of output that are kept, from the beginning."""

_SCARCE = frozenset((errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE))
"""Errors of a start that the machine causes, not the program."""

_CHUNK = 65_536


class Ran(Struct, frozen=True):
    """The result of a run.

    Attributes:
        code: the exit code; negative for a program that a signal ended.
        output: the beginning of the output.
        errors: the beginning of standard error, if it was kept apart from the output.
        late: true if the program was stopped at the deadline.
        seconds: the time taken.
    """

    code: int
    output: bytes
    errors: bytes
    late: bool
    seconds: float


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


def run(
    argv: Sequence[str],
    seconds: float,
    *,
    kept: int = LONGEST_OUTPUT,
    environment: Mapping[str, str] | None = None,
    errors_apart: bool = False,
) -> Ran:
    """Run a program to its end, or stop it at the deadline. The processes that it started are stopped as well.

    ``kept`` bounds the bytes of output that are kept. ``environment`` is added to gonogo's own. With ``errors_apart``
    the standard error is not a part of the output.

    Raises:
        MissingTool: the program is not installed, or the system cannot run it.
        Stopped: a signal came.
    """
    began = time.monotonic()
    output = bytearray()
    with (
        memory_file() as errors,
        running((locate(argv[0]), *argv[1:]), environment, errors if errors_apart else subprocess.STDOUT) as process,
    ):
        for chunk in output_of(process, seconds):
            output += chunk[: kept - len(output)]
        late = not has_ended(process)
        stop(process)
        return Ran(process.returncode, bytes(output), os.pread(errors, kept, 0), late, time.monotonic() - began)


@contextmanager
def running(
    argv: Sequence[str], environment: Mapping[str, str] | None = None, errors: int = subprocess.STDOUT
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program. After the block the program and its children are always stopped.

    ``environment`` is added to gonogo's own environment. ``errors`` is the descriptor for the standard error.
    """
    with ExitStack() as held:
        process = held.enter_context(start(argv, environment=environment, errors=errors))
        held.callback(stop, process)
        held.enter_context(undone_at_worst(partial(os.killpg, process.pid, signal.SIGKILL)))
        yield process


def start(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    given: int = subprocess.DEVNULL,
    output: int = subprocess.PIPE,
    errors: int = subprocess.STDOUT,
) -> subprocess.Popen[bytes]:
    """Start a program as the leader of a process group, in ``folder``. ``given`` is its standard input.

    Raises:
        MissingTool: the system cannot run the program, such as a script without its interpreter, or a program for
            another machine.
    """
    whole = environment_with(environment) if environment else None
    try:
        return subprocess.Popen(
            argv, stdin=given, stdout=output, stderr=errors, cwd=folder, env=whole, start_new_session=True
        )
    except OSError as error:
        if error.errno in _SCARCE or error.filename is None:
            raise
        raise MissingTool(
            f"{argv[0]} cannot be run",
            why=cause_of(error),
            next_step=f"run `file {argv[0]}` to see its kind, and install a program for this machine",
        ) from error


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a program and every process that it started, and collect its end.

    No other process gets the number of a process whose end was not collected. So no other process can be hit.
    """
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def memory_file(content: bytes = b"") -> Iterator[int]:
    """Yield a file in memory: a program that reads it slowly, or writes much to it, does not block gonogo."""
    descriptor = os.memfd_create("gonogo")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as memory:
            memory.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


def readable_whatever_comes(descriptor: int, seconds: float) -> None:
    """Wait like ``readable``, but without ending the wait for a signal."""
    select((descriptor,), (), (), seconds)


def output_of(
    process: subprocess.Popen[bytes], seconds: float, wait: Callable[[int, float], object] = readable
) -> Iterator[bytes]:
    """Yield the output of a program piece by piece, until the program has ended or the time is over.

    The function does not collect the end of the process, so that no other process gets its number: the caller stops
    the process or waits for it. ``wait`` waits until a descriptor can be read, for a number of seconds at most.

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


def has_ended(process: subprocess.Popen[bytes], seconds: float = 0.0) -> bool:
    """Return true if a program ends within some seconds. Its end is not collected.

    Raises:
        Stopped: a signal came during the wait. Without a wait no signal is raised.
    """
    if process.returncode is not None:
        return True
    if seconds:
        with _end_of(process) as end:
            readable(end, seconds)
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@contextmanager
def _end_of(process: subprocess.Popen[bytes]) -> Iterator[int]:
    """Yield a descriptor that can be read as soon as the process has ended."""
    end = os.pidfd_open(process.pid)
    try:
        yield end
    finally:
        os.close(end)
