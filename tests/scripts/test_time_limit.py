"""A test that hangs fails. Its processes are shown and killed, and the other tests continue."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from scripts.test.hangs.processes import HOOK, MARK, STACKS
from scripts.test.hangs.watchdog import crowding

from tests.waiting import await_true

ROOT = Path(__file__).parents[2]
CONFTEST = 'pytest_plugins = ["tests.time_limit"]\n'
HEAD = """
import os, re, signal, subprocess, sys, threading
from pathlib import Path
import pytest

def test_before(): pass
"""
TAIL = """
def test_after(): pass
"""
WAITS = """
@pytest.mark.time_limit(1)
def test_hangs():
    threading.Lock().acquire() and (lock := threading.Lock()).acquire() and lock.acquire()
"""
IN_C = """
@pytest.mark.time_limit(1)
def test_hangs():
    re.match("(a+)+$", 60 * "a" + "b")
"""
IN_A_FIXTURE = """
@pytest.fixture
def stuck():
    threading.Event().wait()

@pytest.mark.time_limit(1)
def test_hangs(stuck): pass
"""
IN_THE_END_OF_A_FIXTURE = """
@pytest.fixture
def stuck():
    yield
    threading.Event().wait()

@pytest.mark.time_limit(1)
def test_hangs(stuck): pass
"""
WITH_CHILDREN = """
CHILD = '''
import signal, sys, threading
signal.signal(signal.SIGTERM, signal.SIG_IGN)
def child_waits():
    print("ready", flush=True)
    threading.Event().wait()
child_waits()
'''

@pytest.mark.time_limit(3)
def test_hangs():
    child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE)
    child.stdout.readline()
    orphan = subprocess.run(["sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 & echo $!"], stdout=subprocess.PIPE).stdout
    Path("pids").write_text(f"{child.pid} {orphan.decode()}")
    child.terminate()
    child.wait()
"""


@dataclass(frozen=True, slots=True)
class Run:
    """The end of a run of pytest."""

    code: int
    out: str
    err: str


def run(folder: Path, test: str, *options: str) -> Run:
    """Run pytest on a file with the given test between two others."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = time_limit\n", encoding="utf-8")
    (folder / "test_it.py").write_text(HEAD + test + TAIL, encoding="utf-8")
    inherited = {key: value for key, value in os.environ.items() if key not in {MARK, STACKS, "PYTEST_XDIST_WORKER"}}
    argv = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_it.py")
    env = {**inherited, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(argv, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=90)
    return Run(ended.returncode, ended.stdout, ended.stderr)


HANGS = {
    "a lock": (WAITS, "in test_hangs"),
    "in C with the GIL": (IN_C, "in test_hangs"),
    "a fixture": (IN_A_FIXTURE, "in stuck"),
    "the end of a fixture": (IN_THE_END_OF_A_FIXTURE, "in stuck"),
    "children": (WITH_CHILDREN, "in child_waits"),
}
WORKERS: dict[str, Sequence[str]] = {"load": ("-n", "2"), "loadgroup": ("-n", "2", "--dist", "loadgroup")}


@pytest.mark.parametrize(("test", "place"), HANGS.values(), ids=HANGS)
def test_a_hanging_test_fails_with_its_stacks_and_the_others_continue(tmp_path: Path, test: str, place: str) -> None:
    """No exception and no signal with a handler can end the hanging test."""
    ended = run(tmp_path, test, *WORKERS["loadgroup"])
    assert ended.code == 1
    assert re.search(r"\b[23] passed\b", ended.out), ended.out  # where a fixture's end hangs, its test had passed
    assert "test_it.py::test_hangs\nran into its time limit of" in ended.out
    assert place in ended.out


@pytest.mark.parametrize("workers", WORKERS.values(), ids=WORKERS)
def test_a_hanging_test_is_not_run_again(tmp_path: Path, workers: Sequence[str]) -> None:
    """The worker that replaces the first one would hang as long."""
    ended = run(tmp_path, WAITS, *workers)
    assert ended.code == 1
    assert ended.err.count("ran into its time limit") == 1
    assert ended.out.count("node down") == 1


def test_without_workers_the_whole_run_ends_with_the_cause(tmp_path: Path) -> None:
    """No other process can continue the run."""
    ended = run(tmp_path, WAITS)
    assert ended.code < 0
    assert "test_it.py::test_hangs\nran into its time limit of 1 s." in ended.err
    assert "in test_hangs" in ended.err


def test_the_processes_of_a_hanging_test_are_shown_and_killed(tmp_path: Path) -> None:
    """One process ignores SIGTERM, and another has its own session and no parent."""
    ended = run(tmp_path, WITH_CHILDREN)
    assert ended.code < 0
    pids = [int(pid) for pid in (tmp_path / "pids").read_text(encoding="utf-8").split()]
    assert len(pids) == 2
    for pid in pids:
        assert f"process {pid}, child of " in ended.err
        await_true(lambda pid=pid: not is_alive(pid))  # type: ignore[misc]
    assert "sleep 1000" in ended.err


def test_processes_that_tests_leave_running_are_killed_at_the_end(tmp_path: Path) -> None:
    """The processes are shown, so that their test can be found."""
    left = """
def test_leaves():
    child = subprocess.run(["sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 & echo $!"], stdout=subprocess.PIPE)
    Path("pids").write_text(child.stdout.decode())
"""
    ended = run(tmp_path, left, *WORKERS["load"])
    assert ended.code == 0
    assert "left running by the tests, and killed now:" in ended.err
    pid = int((tmp_path / "pids").read_text(encoding="utf-8"))
    await_true(lambda: not is_alive(pid))


def test_a_test_within_its_limit_passes(tmp_path: Path) -> None:
    """The limit is for each test, not for three tests together. The name of a test may be longer than a pipe."""
    slow = """
@pytest.mark.time_limit(2)
@pytest.mark.parametrize("number", [1, 2, 200000 * "3"])
def test_slow(number): threading.Event().wait(1)
"""
    ended = run(tmp_path, slow)
    assert (ended.code, ended.err) == (0, "")
    assert "5 passed" in ended.out


@pytest.mark.parametrize("environment", [{}, {STACKS: "/nowhere/at/all"}, {STACKS: ""}])
def test_a_python_outside_of_a_run_starts_as_usual(environment: dict[str, str]) -> None:
    """The hook does nothing without the variable of a run."""
    inherited = {key: value for key, value in os.environ.items() if key != STACKS}
    code = "import os, sys; print(sys.modules['sitecustomize'].__file__, len(os.listdir('/proc/self/fd')))"
    env = {**inherited, "PYTHONPATH": str(HOOK), **environment}
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout == f"{HOOK / 'sitecustomize.py'} 4\n"


def test_a_python_without_standard_streams_keeps_them_closed(tmp_path: Path) -> None:
    """The file of the stacks must not replace a closed stream, or a test of closed streams would show nothing."""
    (tmp_path / "stacks").touch()
    code = "import os; os.write(9, ' '.join(sorted(os.listdir('/proc/self/fd'), key=int)).encode())"
    script = f'exec 9>"{tmp_path}/fds" 0<&- 1>&- 2>&-; exec "$0" -c "$1"'
    env = {**os.environ, "PYTHONPATH": str(HOOK), STACKS: str(tmp_path / "stacks")}
    subprocess.run(["/bin/bash", "-c", script, sys.executable, code], env=env, check=True, timeout=60)
    assert (tmp_path / "fds").read_text(encoding="utf-8") == "0 9 200"  # 0 is the listing itself


def is_alive(pid: int) -> bool:
    """Return whether a process runs. A zombie does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(("busy", "longer"), [(0.3, 1), (2, 1), (13.4, 6.7), (500, 10)])
def test_a_crowded_machine_gets_more_time(busy: float, longer: float) -> None:
    """On a crowded machine a slow test does not hang."""
    assert crowding(busy, 2) == longer
