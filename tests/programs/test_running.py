"""The output and the end of programs, also of a program that leaves a child running or that the system cannot run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import MissingTool
from gonogo.programs.processes import prometheus
from gonogo.programs.promtool import run_tool
from gonogo.programs.running import has_ended, output_of
from gonogo.reload.trigger import Reply, reload_by_command
from tests.waiting import await_true, ended

LEAVES = 'setsid sleep 60 & echo $! > "$0"; echo said'
SOON = 20.0


def test_the_output_ends_with_the_program() -> None:
    """The output from before the end is complete. The exit code of the process is not collected yet."""
    argv = ("/bin/sh", "-c", "head -c 300000 /dev/zero; sleep 60 & exit 3")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert sum(map(len, output_of(process, SOON))) == 300_000
        assert has_ended(process)
        assert process.returncode is None
        os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 3
    assert has_ended(process)


def test_a_program_without_output_is_waited_for() -> None:
    """A program that closes its output long before its end is waited for as well."""
    with subprocess.Popen(("/bin/sh", "-c", "exec >&-; sleep 0.3")) as process:
        assert list(output_of(process, SOON)) == []
        assert has_ended(process)
    with subprocess.Popen(("/bin/sh", "-c", "exec >&-; sleep 0.3"), stdout=subprocess.PIPE) as process:
        assert list(output_of(process, SOON)) == []
        assert has_ended(process)


def test_the_wait_for_a_program_ends_at_its_limit() -> None:
    """The program keeps running."""
    with subprocess.Popen(("/bin/sleep", "60"), stdout=subprocess.PIPE) as process:
        assert list(output_of(process, 0.1)) == []
        assert not has_ended(process)
        process.kill()


def test_a_tool_is_not_delayed_by_a_child_that_keeps_running(tmp_path: Path) -> None:
    """A wrapper of promtool may start a program that never ends.

    gonogo hung on such a program once, and no signal ended the wait.
    """
    note, began = tmp_path / "pid", time.monotonic()
    ran = run_tool(("/bin/sh",), "-c", LEAVES, str(note))
    assert (ran.passed, ran.output) == (True, "said\n")
    assert time.monotonic() - began < SOON
    os.kill(int(note.read_text(encoding="utf-8")), signal.SIGKILL)


def test_the_children_in_the_group_of_a_tool_are_stopped(tmp_path: Path) -> None:
    """The tool itself has ended before."""
    note = tmp_path / "pid"
    assert run_tool(("/bin/sh",), "-c", 'sleep 60 & echo $! > "$0"', str(note)).passed
    assert ended(int(note.read_text(encoding="utf-8")), 5)


def test_a_reload_is_not_delayed_by_a_child_that_keeps_running(tmp_path: Path) -> None:
    """The command has succeeded."""
    note, began = tmp_path / "pid", time.monotonic()
    told = reload_by_command(("/bin/sh", "-c", LEAVES, str(note)), timedelta(seconds=SOON))
    assert (told.reply, "it said: said" in told.detail) == (Reply.SENT, True)
    assert time.monotonic() - began < SOON / 2
    os.kill(int(note.read_text(encoding="utf-8")), signal.SIGKILL)


def test_a_signal_ends_a_tool_with_a_child_that_keeps_running(tmp_path: Path) -> None:
    """The signal ends the tool within the second that any other command takes."""
    tool = tmp_path / "promtool"
    tool.write_text('#!/bin/sh\nsetsid sleep 60 & echo $! >> "$PIDS"\nsleep 60\n', encoding="utf-8")
    tool.chmod(0o755)
    note = tmp_path / "pid"
    (tmp_path / "r.yml").write_text("groups: []\n", encoding="utf-8")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PIDS": str(note)}
    process = subprocess.Popen((sys.executable, "-m", "gonogo", "lint", "r.yml"), cwd=tmp_path, env=environment)
    await_true(lambda: note.exists() and note.read_text(encoding="utf-8").endswith("\n"))
    process.terminate()
    assert process.wait(timeout=SOON) == 143
    for pid in note.read_text(encoding="utf-8").split():
        with suppress(ProcessLookupError):  # it was ended before it had left the group
            os.kill(int(pid), signal.SIGKILL)


@pytest.mark.parametrize("content", [b"", b"\x7fELF of another machine", b"#!/no/such/interpreter\n"])
def test_a_program_that_the_system_cannot_run_is_an_error(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is not a bug of gonogo. The usual cause is a program for another processor."""
    program = tmp_path / "prometheus"
    program.write_bytes(content)
    program.chmod(0o755)
    with pytest.raises(MissingTool, match="cannot be run"):
        run_tool((str(program),), "--version")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(MissingTool, match="cannot be run"), prometheus(tmp_path / "p", tmp_path / "no.yml"):
        pass


def test_an_interrupted_promtool_leaves_no_database(tmp_path: Path) -> None:
    """Promtool removes its databases itself, but not when it is killed.

    Each interrupt left a database in ``/tmp`` once.
    """
    for name in ("bin", "tmp"):
        (tmp_path / name).mkdir()
    tool = tmp_path / "bin" / "promtool"
    version = 'case "$*" in *version*) echo "promtool, version 2.42.0"; exit 0;; esac\n'
    tool.write_text(f'#!/bin/sh\n{version}mktemp -d > "$MADE"\nexec sleep 60\n', encoding="utf-8")
    tool.chmod(0o755)
    (tmp_path / "a_test.yml").write_text("rule_files: []\ntests: []\n", encoding="utf-8")
    made = tmp_path / "made"
    places = {"PATH": f"{tool.parent}:{os.environ['PATH']}", "TMPDIR": str(tmp_path / "tmp"), "MADE": str(made)}
    argv = (sys.executable, "-m", "gonogo", "test", "a_test.yml")
    process = subprocess.Popen(argv, cwd=tmp_path, env={**os.environ, **places})
    await_true(lambda: made.exists() and made.read_text(encoding="utf-8").endswith("\n"), within=60)
    process.terminate()
    assert process.wait(timeout=SOON) == 143
    assert list((tmp_path / "tmp").iterdir()) == []
