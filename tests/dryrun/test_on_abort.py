"""The program that receives an abort."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from select import select

from gonogo.dryrun.on_abort import QUOTED, abort_json, on_abort
from gonogo.model.outcome import Outcome
from gonogo.model.verdict import Judgement, Report, Verdict
from gonogo.stopping import SECOND_PRESS
from gonogo.verdict.core.abort import Abort
from gonogo.verdict.core.violations import Because
from tests.waiting import await_true


def python(*lines: str) -> tuple[str, ...]:
    """Make the arguments of a program that runs these lines."""
    return (sys.executable, "-c", "\n".join(lines))


def test_a_missing_program_is_a_failure(tmp_path: Path) -> None:
    """The abort stays in force. The missing program is an outcome of its own."""
    run = on_abort(("no-such-program",), "{}", tmp_path)
    assert (run.kind, run.outcome) == ("on-abort", Outcome.FAIL)
    assert run.detail == "no-such-program could not be run: No such file or directory"


def test_a_program_past_its_deadline_is_stopped_with_its_children(tmp_path: Path) -> None:
    """The time of the program is limited, and its output so far is quoted."""
    run = on_abort(("/bin/sh", "-c", "echo before; sleep 60 & wait"), "{}", tmp_path, deadline=timedelta(seconds=1))
    assert run.outcome is Outcome.FAIL
    assert run.detail == "/bin/sh had not ended after 1 s; its output: before"


def test_a_failed_program_is_quoted(tmp_path: Path) -> None:
    """The quotation is the end of its output, from both streams."""
    run = on_abort(python("import sys", "print('x' * 5000, flush=True)", "sys.exit('no')"), "{}", tmp_path)
    assert run.outcome is Outcome.FAIL
    assert "ended with exit code 1; its output: " in run.detail
    assert run.detail.endswith("x\nno")
    assert len(run.detail) < QUOTED + 200


def test_a_program_need_not_read_the_verdict(tmp_path: Path) -> None:
    """The verdict may be larger than a pipe holds."""
    assert on_abort(python("pass"), "x" * 1_000_000, tmp_path).outcome is Outcome.PASS


def test_the_program_gets_the_verdict_without_a_shell(tmp_path: Path) -> None:
    """The verdict comes on standard input. The program runs in the policy's folder with its arguments unchanged."""
    script = python("import os, sys", "print(sys.stdin.read(), sys.argv[1], os.getcwd())")
    run = on_abort((*script, "$(touch x); *"), '{"verdict": "HOLD"}', tmp_path)
    assert run.outcome is Outcome.PASS
    assert run.detail.endswith(
        f'ran and ended with exit code 0; its output: {{"verdict": "HOLD"}} $(touch x); * {tmp_path}'
    )
    assert list(tmp_path.iterdir()) == []


def test_the_abort_is_not_delayed_by_a_background_process(tmp_path: Path) -> None:
    """A rollback in the background keeps the output open. The end of a dry run does not wait for it."""
    began = time.monotonic()
    run = on_abort(("/bin/sh", "-c", "setsid sleep 60 & echo $!"), "{}", tmp_path, deadline=timedelta(seconds=20))
    left = int(run.detail.rpartition(" ")[2])
    try:
        assert run.outcome is Outcome.PASS
        assert time.monotonic() - began < 10
    finally:
        os.kill(left, signal.SIGKILL)


def test_a_background_process_does_not_delay_the_deadline(tmp_path: Path) -> None:
    """The process has left the group that is killed."""
    note = tmp_path / "pid"
    script = f"setsid sleep 60 & echo $! > {note}; sleep 60"
    began = time.monotonic()
    run = on_abort(("/bin/sh", "-c", script), "{}", tmp_path, deadline=timedelta(seconds=1))
    assert run.detail == "/bin/sh had not ended after 1 s"
    assert time.monotonic() - began < 15
    os.kill(int(note.read_text(encoding="utf-8")), signal.SIGKILL)


def test_the_time_of_the_program_is_that_of_its_run(tmp_path: Path) -> None:
    """A program that was stopped at its deadline did not take 0.0 s."""
    run = on_abort(("sleep", "60"), "{}", tmp_path, deadline=timedelta(seconds=0.5))
    assert run.outcome is Outcome.FAIL
    assert run.seconds >= 0.5


PRESSED_TWICE = """
import sys
from pathlib import Path
from gonogo import stopping
from gonogo.dryrun.on_abort import on_abort
stopping.install()
on_abort(("/bin/sh", "-c", 'echo $$ > pid; sleep 60; echo late > late'), "{}", Path(sys.argv[1]))
"""


def test_a_second_press_kills_the_program_too(tmp_path: Path) -> None:
    """One Ctrl-C waits for the program. The second one ends gonogo and the programs that it started."""
    argv = (sys.executable, "-c", PRESSED_TWICE, str(tmp_path))
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as process:
        note = tmp_path / "pid"
        await_true(lambda: note.exists() and note.read_text(encoding="utf-8") != "")
        with pidfd(int(note.read_text(encoding="utf-8"))) as program:
            process.send_signal(signal.SIGINT)
            time.sleep(SECOND_PRESS * 1.2)  # the press of a key that is no second one of the first
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert process.wait() == 130
            assert select((program,), (), (), 10)[0] == [program]


@contextmanager
def pidfd(number: int) -> Iterator[int]:
    """Yield a descriptor that can be read when the process has ended."""
    descriptor = os.pidfd_open(number)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def test_the_document_has_the_verdict_and_the_cause() -> None:
    """A program can decide by the cause, by the gate and by the subject. Blindness has no gate."""
    report = Report(Judgement(Verdict.NO_GO, 1_700_000_000.0, ()), "p.yaml", "0" * 64, "prod", "http://h", None, None)
    found = Abort(Because.VIOLATED, "violated g", 1_699_999_900.0, "g", "x == 0", {"service": "a"})
    read = json.loads(abort_json(report, found))
    assert (read["schema"], read["verdict"]["verdict"]) == ("gonogo/on-abort/v1", "NO-GO")
    assert read["abort"] == {
        "because": "violated",
        "gate": "g",
        "condition": "x == 0",
        "subject": {"service": "a"},
        "since": "2023-11-14T22:11:40.000Z",
        "detail": "violated g",
    }
    blind = json.loads(abort_json(report, Abort(Because.UNKNOWN, "not known", 0.0)))["abort"]
    assert (blind["because"], blind["gate"], blind["condition"], blind["subject"]) == ("unknown", None, None, {})
