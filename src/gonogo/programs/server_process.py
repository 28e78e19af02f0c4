"""A real server as a child process: started, awaited, paused or killed on purpose, and always stopped.

Every server leads its own process group, so that an interrupt at the terminal
reaches only gonogo, which then stops its servers in order. A server must also not
outlive a gonogo that is killed. So a shell runs beside each server and reads a pipe
whose other end only gonogo holds. When gonogo dies, by any signal, the read ends and the
shell kills the group. (``PR_SET_PDEATHSIG`` would do less: it fires when the *thread* that
started the server ends, and setting it between fork and exec is not safe with threads.)
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gonogo.errors import ActionFailed, SourceError
from gonogo.programs.running import has_ended, start
from gonogo.server.http import Client
from gonogo.stopping import whole

START_DEADLINE = timedelta(seconds=30)
"""The longest time until a server is ready; on an idle machine it takes 0.05 s."""

STOP_DEADLINE = timedelta(seconds=10)
"""The longest time for a server to end after SIGTERM, before SIGKILL."""

POLL = 0.01
"""Seconds between two readiness checks."""

LOG_TAIL = 2000
"""The number of bytes that an error quotes from the end of a log."""

_GUARD = 'read -r _; kill -s KILL -- "-$1"'


@dataclass(slots=True)
class RunningServer:
    """A server that answers at ``url`` until it is stopped.

    Attributes:
        name: the program's name, for messages.
        argv: the command line of each start.
        url: the base URL of the server, path prefix included.
        ready_path: the path that answers 200 when the server is ready.
        log: the file with the server's standard output and error.
        client: the client that asks the server.
        process: the process that runs now, or ran last.
    """

    name: str
    argv: Sequence[str]
    url: str
    ready_path: str
    log: Path
    client: Client
    process: subprocess.Popen[bytes] = field(init=False)
    _guard: subprocess.Popen[bytes] = field(init=False)

    @property
    def is_running(self) -> bool:
        """Return true if the process exists, paused or not."""
        return self.process.poll() is None

    def launch(self, deadline: timedelta = START_DEADLINE) -> None:
        """Start the process and wait until it is ready.

        Raises:
            ActionFailed: the server ended, or was not ready in time. The error quotes its log.
        """
        try:
            self._spawn()
            self._await_ready(time.monotonic() + deadline.total_seconds(), deadline)
        except BaseException:
            if hasattr(self, "_guard"):
                self.kill()
            raise

    def restart(self, deadline: timedelta = START_DEADLINE) -> None:
        """Stop the server if it runs, then start it again on the same port and storage."""
        self.stop()
        self.launch(deadline)

    def stop(self, deadline: timedelta = STOP_DEADLINE) -> None:
        """End the server by SIGTERM, paused or not. At the deadline, kill the rest of its process group."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(deadline.total_seconds())
        self.kill()

    def kill(self) -> None:
        """End the server by SIGKILL, like a crash."""
        self._signal(signal.SIGKILL)
        self.process.wait()
        self._guard.kill()
        self._guard.communicate()

    def pause(self) -> None:
        """Pause the server by SIGSTOP. When the function returns, connections stay open and get no answer."""
        self._signal(signal.SIGSTOP)
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Continue a paused server."""
        self._signal(signal.SIGCONT)

    def log_tail(self) -> str:
        """Return the end of the server's log."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - LOG_TAIL))
            return log.read().decode("utf-8", "replace")

    def _spawn(self) -> None:
        with self.log.open("ab") as log, whole():  # between the two starts the server has no guard
            self.process = start(self.argv, output=log.fileno(), errors=log.fileno())
            guard = ("/bin/sh", "-c", _GUARD, "guard", str(self.process.pid))
            nowhere = subprocess.DEVNULL
            self._guard = start(guard, given=subprocess.PIPE, output=nowhere, errors=nowhere)

    def _await_ready(self, until: float, deadline: timedelta) -> None:
        while not self._is_ready():
            if time.monotonic() >= until:
                raise self._failure(f"was not ready within {deadline.total_seconds():g} s")
            if has_ended(self.process, POLL):
                self.process.wait()
                raise self._failure(f"ended with exit code {self.process.returncode} before it was ready")

    def _is_ready(self) -> bool:
        try:
            return self.client.get(self.url, self.ready_path, retry=False).status == 200  # noqa: PLR2004 - "OK"
        except SourceError:
            return False

    def _failure(self, what: str) -> ActionFailed:
        return ActionFailed(
            f"{self.name} {what}",
            where=f"{self.url}{self.ready_path}",
            why=f"its log ends:\n{self.log_tail()}",
            next_step=f"read the whole log, {self.log}",
        )

    def _signal(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
