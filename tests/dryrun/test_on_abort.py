"""The program that receives an abort."""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

from gonogo.dryrun.on_abort import QUOTED, on_abort
from gonogo.model.outcome import Outcome


def python(*lines: str) -> tuple[str, ...]:
    """Make an argv that runs these lines."""
    return (sys.executable, "-c", "\n".join(lines))


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The abort stands. The missing program is an outcome of its own."""
    run = on_abort(("no-such-program",), "{}", tmp_path)
    assert (run.kind, run.outcome) == ("on-abort", Outcome.FAIL)
    assert run.detail == "no-such-program could not be run: No such file or directory"


def test_a_program_that_does_not_end_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    """The time of the program is limited, and its output so far is quoted."""
    run = on_abort(("/bin/sh", "-c", "echo before; sleep 60 & wait"), "{}", tmp_path, deadline=timedelta(seconds=1))
    assert run.outcome is Outcome.FAIL
    assert run.detail == "/bin/sh had not ended after 1 s; its output: before"


def test_a_program_that_fails_is_said_with_its_words(tmp_path: Path) -> None:
    """The end of what it wrote, on either output."""
    run = on_abort(python("import sys", "print('x' * 5000, flush=True)", "sys.exit('no')"), "{}", tmp_path)
    assert run.outcome is Outcome.FAIL
    assert "ended with exit code 1; its output: " in run.detail
    assert run.detail.endswith("x\nno")
    assert len(run.detail) < QUOTED + 200


def test_a_program_that_reads_nothing_is_no_failure(tmp_path: Path) -> None:
    """A verdict larger than a pipe holds is nobody's fault."""
    assert on_abort(python("pass"), "x" * 1_000_000, tmp_path).outcome is Outcome.PASS


def test_it_gets_the_verdict_and_no_shell(tmp_path: Path) -> None:
    """The verdict comes on standard input. The program runs in the policy's folder with its arguments unchanged."""
    script = python("import os, sys", "print(sys.stdin.read(), sys.argv[1], os.getcwd())")
    run = on_abort((*script, "$(touch x); *"), '{"verdict": "HOLD"}', tmp_path)
    assert run.outcome is Outcome.PASS
    assert run.detail.endswith(
        f'ran and ended with exit code 0; its output: {{"verdict": "HOLD"}} $(touch x); * {tmp_path}'
    )
    assert list(tmp_path.iterdir()) == []


def test_what_it_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """A rollback in the background keeps the output open; nothing may hold up the end of a dry run for that."""
    began = time.monotonic()
    run = on_abort(("/bin/sh", "-c", "setsid sleep 60 & echo $!"), "{}", tmp_path, deadline=timedelta(seconds=20))
    left = int(run.detail.rpartition(" ")[2])
    try:
        assert run.outcome is Outcome.PASS
        assert time.monotonic() - began < 10
    finally:
        os.kill(left, signal.SIGKILL)


def test_what_it_leaves_running_is_not_waited_for_at_the_deadline(tmp_path: Path) -> None:
    """Not even where it has left the group that is killed."""
    note = tmp_path / "pid"
    script = f"setsid sleep 60 & echo $! > {note}; sleep 60"
    began = time.monotonic()
    run = on_abort(("/bin/sh", "-c", script), "{}", tmp_path, deadline=timedelta(seconds=1))
    assert run.detail == "/bin/sh had not ended after 1 s"
    assert time.monotonic() - began < 15
    os.kill(int(note.read_text(encoding="utf-8")), signal.SIGKILL)
