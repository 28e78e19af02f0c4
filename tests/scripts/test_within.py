"""The time limit of a stage: the stage always ends, and none of its processes continues."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.test.hangs.processes import MARK, STACKS

from tests.scripts.test_time_limit import is_alive
from tests.waiting import await_true

ROOT = Path(__file__).parents[2]
STUBBORN = """
import os, signal, subprocess, sys, threading
from pathlib import Path
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
out = subprocess.run(["sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 & echo $!"], stdout=subprocess.PIPE).stdout
Path(sys.argv[1] + ".part").write_text(f"{os.getpid()} {out.decode()}")
os.rename(sys.argv[1] + ".part", sys.argv[1])
def hangs(): threading.Event().wait()
hangs()
"""


def stage(seconds: float, *argv: str) -> subprocess.Popen[str]:
    """Start a command as a stage, outside of the run of this test."""
    environment = {key: value for key, value in os.environ.items() if key not in {MARK, STACKS}}
    whole = (sys.executable, "-S", "-m", "scripts.test.hangs.within", f"{seconds}", "the stage", *argv)
    return subprocess.Popen(whole, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def all_end(pids: Path) -> None:
    """Wait until none of the processes is alive."""
    numbers = [int(pid) for pid in pids.read_text(encoding="utf-8").split()]
    assert len(numbers) == 2
    for number in numbers:
        await_true(lambda number=number: not is_alive(number))  # type: ignore[misc]


def test_a_stage_that_hangs_ends_with_the_stacks_of_its_processes(tmp_path: Path) -> None:
    """The process ignores every signal that it can ignore, and its child has left the session."""
    process = stage(3, sys.executable, "-c", STUBBORN, str(tmp_path / "pids"))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 124
    assert "the stage ran into its limit of 3 s with these; they are killed now:" in err
    assert "in hangs" in err
    assert "sleep 1000" in err
    all_end(tmp_path / "pids")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_kills_the_whole_stage(tmp_path: Path, number: signal.Signals) -> None:
    """No process of the stage continues after Ctrl-C."""
    process = stage(60, sys.executable, "-c", STUBBORN, str(tmp_path / "pids"))
    await_true((tmp_path / "pids").exists)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 128 + number
    all_end(tmp_path / "pids")


@pytest.mark.parametrize("leaving", ["setsid sleep 1000", "env -i /usr/bin/setsid /bin/sleep 1000"])
def test_processes_that_a_stage_leaves_running_are_killed_and_reported(tmp_path: Path, leaving: str) -> None:
    """The process may have an empty environment and another session. The exit code is that of the command."""
    script = f'{leaving} >/dev/null 2>&1 & echo $$ $! >"$0"; exit 1'
    process = stage(60, "/bin/sh", "-c", script, str(tmp_path / "pids"))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the stage left these running; they are killed now:" in err
    all_end(tmp_path / "pids")


@pytest.mark.parametrize(("command", "code"), [("exit 0", 0), ("exit 5", 5), ("kill -KILL $$", 137)])
def test_the_exit_code_is_that_of_the_command(command: str, code: int) -> None:
    """The stage also prints the time that it took."""
    process = stage(60, "/bin/sh", "-c", command)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert err.startswith("the stage: ")
    assert err.endswith(" s\n")
