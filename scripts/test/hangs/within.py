"""Runs one stage of the tests within a time limit, and says how long it took and how much CPU it used.

At the limit, the stacks of all processes of the stage are printed, all of them are killed, and the exit code is 124. A
process that the stage leaves behind is killed too, whoever its parent was: this process becomes the parent of orphans.

    within.py SECONDS NAME COMMAND...
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from scripts.test.hangs.processes import STACKS, environment_for, kill_below, left_below, show

SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
LOOK_EVERY = 1.0
CLEANS_UP_WITHIN = 5.0
TIMED_OUT = 124


@dataclass(slots=True)
class Stopped:
    """The signal that asked this process to end, if one did."""

    signal: int = 0

    def note(self, number: int, _frame: object) -> None:
        """Note the signal; the loop looks at it."""
        self.signal = number


@dataclass(frozen=True, slots=True)
class Stage:
    """One command of the tests.

    Attributes:
        name: what is said of it.
        limit: the seconds that it may take.
        argv: the command.
        mark: the mark of its processes.
        stopped: the signal that ended it early, if one did.
    """

    name: str
    limit: float
    argv: list[str]
    mark: str = field(default_factory=lambda: f"stage-{os.getpid()}-{time.time_ns()}")
    stopped: Stopped = field(default_factory=Stopped)

    def run(self, stacks: Path) -> int:
        """Run the command to its end or to the limit, and return the exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stopped.note)
        began = time.monotonic()
        process = subprocess.Popen(self.argv, env={**os.environ, **environment_for(self.mark, stacks)})
        code = self._wait(process.pid, began + self.limit)
        running = left_below(os.getpid(), self.mark)
        if running and not self.stopped.signal:
            how = "left these running" if code is not None else f"ran into its limit of {self.limit:g} s with these"
            shown = "\n\n".join(show(one, stacks) for one in running)
            print(f"{self.name} {how}; they are killed now:\n\n{shown}\n", file=sys.stderr, flush=True)
        kill_below(os.getpid(), self.mark)
        if code is None:
            code = 128 + self.stopped.signal if self.stopped.signal else TIMED_OUT
        process.returncode = code
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = used.ru_utime + used.ru_stime
        print(f"{self.name}: {time.monotonic() - began:.0f} s, CPU {cpu:.0f} s", file=sys.stderr, flush=True)
        return code

    def _wait(self, pid: int, until: float) -> int | None:
        """Wait for the command, and for every orphan that ends meanwhile; None if it did not end in time.

        After a signal the command has a moment to clean up: a terminal gave it the same signal.
        """
        handle = os.pidfd_open(pid)
        noted = False
        try:
            while (left := until - time.monotonic()) > 0:
                select.select([handle], [], [], min(LOOK_EVERY, left))
                code = reap(pid)
                if code is not None:
                    return code
                if self.stopped.signal and not noted:
                    noted, until = True, time.monotonic() + CLEANS_UP_WITHIN
            return None
        finally:
            os.close(handle)


def reap(pid: int) -> int | None:
    """Wait for all children that have ended; return the exit code of one of them if it is among these."""
    code = None
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return code
        if not ended:
            return code
        if ended == pid:
            result = os.waitstatus_to_exitcode(status)
            code = 128 - result if result < 0 else result


def main(seconds: str, name: str, *argv: str) -> int:
    """Run a command as a stage."""
    if ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0):
        print(f"{name}: orphans cannot be followed: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="gonogo-stage-") as folder:
        stacks = Path(os.environ.get(STACKS) or f"{folder}/stacks")
        stacks.touch()
        return Stage(name, float(seconds), list(argv)).run(stacks)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
