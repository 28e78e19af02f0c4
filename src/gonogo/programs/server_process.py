"""A real server as a process of ours: started, waited for, hurt, mended, and always stopped.

Every server leads a process group of its own, so that an interrupt at the terminal
reaches only gonogo, which then stops its servers in order. A server must also not
outlive a gonogo that is killed: beside each runs a shell that reads a pipe whose other
end only gonogo holds; when gonogo dies, by whatever signal, the read ends and the shell
kills the group. (``PR_SET_PDEATHSIG`` would do less: it fires when the *thread* that
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
from gonogo.programs.locate import runnable
from gonogo.server.http import Client
from gonogo.stopping import ended, whole

START_DEADLINE = timedelta(seconds=30)
"""How long a server may take until it is ready; on an idle machine it takes 0.05 s."""

STOP_DEADLINE = timedelta(seconds=10)
"""How long a server may take to end after SIGTERM, before SIGKILL."""

POLL = 0.01
"""Seconds between two questions whether a server is ready."""

LOG_TAIL = 2000
"""Bytes of a log's end that an error quotes."""

_GUARD = 'read -r _; kill -s KILL -- "-$1"'


@dataclass(slots=True)
class RunningServer:
    """A server that answers at ``url`` until it is stopped.

    Attributes:
        name: its program's name, for messages.
        argv: how it was started, and will be again.
        url: its base URL, path prefix included.
        ready_path: the path that answers 200 once it is ready.
        log: the file with what it wrote on standard output and error.
        client: how to ask it.
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
        """Whether the process is there, paused or not."""
        return self.process.poll() is None

    def launch(self, deadline: timedelta = START_DEADLINE) -> None:
        """Start the process and wait until it is ready.

        Raises:
            ActionFailed: it ended, or was not ready in time; the error quotes its log.
        """
        try:
            self._spawn()
            self._await_ready(time.monotonic() + deadline.total_seconds(), deadline)
        except BaseException:
            if hasattr(self, "_guard"):
                self.kill()
            raise

    def restart(self, deadline: timedelta = START_DEADLINE) -> None:
        """Stop it if it runs, then start it again: same port, same storage."""
        self.stop()
        self.launch(deadline)

    def stop(self, deadline: timedelta = STOP_DEADLINE) -> None:
        """End it by SIGTERM, paused or not; what is left at the deadline is killed."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(deadline.total_seconds())
        self.kill()

    def kill(self) -> None:
        """End it by SIGKILL, as a crash would."""
        self._signal(signal.SIGKILL)
        self.process.wait()
        self._guard.kill()
        self._guard.communicate()

    def pause(self) -> None:
        """Stop it in mid-air by SIGSTOP: connections stay open and nothing answers once this returns."""
        self._signal(signal.SIGSTOP)
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Let a paused server go on."""
        self._signal(signal.SIGCONT)

    def log_tail(self) -> str:
        """Give the end of its log."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - LOG_TAIL))
            return log.read().decode("utf-8", "replace")

    def _spawn(self) -> None:
        with self.log.open("ab") as log, whole():  # ended between the two, gonogo would leave a server without a guard
            with runnable(self.argv[0]):
                self.process = subprocess.Popen(
                    self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            self._guard = subprocess.Popen(
                ("/bin/sh", "-c", _GUARD, "guard", str(self.process.pid)),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _await_ready(self, until: float, deadline: timedelta) -> None:
        while not self._is_ready():
            if time.monotonic() >= until:
                raise self._failure(f"was not ready within {deadline.total_seconds():g} s")
            if ended(self.process, POLL):
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
            next_step=f"read its whole log, {self.log}",
        )

    def _signal(self, number: signal.Signals) -> None:
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
