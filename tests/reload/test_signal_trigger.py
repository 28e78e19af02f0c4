"""SIGHUP goes to the process of the server, or to no process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gonogo.programs.server_processes import start_time
from gonogo.reload.signal_trigger import hang_up, no_process
from gonogo.reload.trigger import Reply
from gonogo.server.own_metrics import OwnMetrics
from tests.waiting import await_true, ended

CATCHES = "import os, signal; signal.signal(1, lambda *_: os.write(1, b'reloads\\n')); os.write(1, b'up\\n')\n"
FORGETS = "print('up', flush=True)\n"
WAITS = "import time\nwhile True: time.sleep(60)"
FLAG = "--config.file=/etc/prometheus.yml"


@dataclass(frozen=True, slots=True)
class Running:
    """A process, its start time, and its output."""

    process: subprocess.Popen[str]
    started_at: float

    def heard(self) -> str:
        """Read a line of its output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    """Run a program with the flags of a server. By default it catches SIGHUP."""
    program, flags = getattr(request, "param", (CATCHES, [FLAG]))
    argv = (sys.executable, "-c", program + WAITS, *flags)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        started = Running(process, start_time(Path(f"/proc/{process.pid}")))
        assert started.heard() == "up"
        yield started
        process.kill()


def sent(running: Running, *, after: float = 0.0, config_file: str = "/etc/prometheus.yml") -> tuple[Reply, str]:
    """Send SIGHUP to the process of a server that started so many seconds after it."""
    told = hang_up(running.process.pid, started_at=running.started_at + after, config_file=config_file)
    return told.reply, told.detail


@pytest.mark.parametrize(("after", "words"), [(-3.0, "3.00 s after the server"), (3.0, "3.00 s before the server")])
def test_a_process_with_another_start_time_gets_no_signal(running: Running, after: float, words: str) -> None:
    """The process id may have belonged to the server before."""
    reply, detail = sent(running, after=after)
    assert (reply, words in detail) == (Reply.NOT_SENT, True)


@pytest.mark.parametrize("running", [(FORGETS, [FLAG])], indirect=True)
def test_a_process_that_sighup_would_end_gets_no_signal(running: Running) -> None:
    """An example is the shell that started the server at the same time."""
    assert sent(running) == (
        Reply.NOT_SENT,
        f"process {running.process.pid} is not the server: SIGHUP would end it",
    )
    assert not ended(running.process.pid, 0.1)


def test_a_process_with_another_configuration_gets_no_signal(running: Running) -> None:
    """Two servers started at the same time."""
    reply, detail = sent(running, config_file="/etc/other.yml")
    assert (reply, "it reads /etc/prometheus.yml, but the server reads /etc/other.yml" in detail) == (
        Reply.NOT_SENT,
        True,
    )


def test_a_server_without_a_start_time_gets_no_signal(running: Running) -> None:
    """Without a start time no process can be proved to be the server."""
    told = hang_up(running.process.pid, started_at=OwnMetrics(True, 1.0).started_at, config_file="x")
    assert (told.reply, told.settled, told.accepted) == (Reply.NOT_SENT, True, False)


@pytest.mark.parametrize(
    "running",
    [(CATCHES, [FLAG]), (CATCHES, ["--config.file", "/etc/prometheus.yml"]), (CATCHES, ["--log.level=info"])],
    indirect=True,
    ids=["one-word", "two-words", "default"],
)
def test_the_server_gets_the_signal(running: Running) -> None:
    """The flag for the configuration may have any form. The result of the reload is not known yet."""
    told = hang_up(running.process.pid, started_at=running.started_at, config_file="/etc/prometheus.yml")
    assert (told.reply, told.settled, told.accepted) == (Reply.SENT, False, None)
    assert running.heard() == "reloads"


def test_a_process_id_without_a_process_is_reported(running: Running) -> None:
    """The process has ended, or the number is no valid process id."""
    running.process.kill()
    running.process.wait()
    await_true(lambda: ended(running.process.pid, 0.1))
    for pid in (running.process.pid, 2**40, -1):
        told = hang_up(pid, started_at=1.0, config_file="x")
        assert (told.reply, "could not be signalled" in told.detail) == (Reply.NOT_SENT, True)


def test_without_proc_no_process_gets_a_signal(tmp_path: Path) -> None:
    """``/proc`` is missing or hidden."""
    told = hang_up(os.getpid(), started_at=1.0, config_file="x", proc=tmp_path)
    assert told.reply is Reply.NOT_SENT


@pytest.mark.parametrize("content", ["", "0", "12a", "-1", "1 2"])
def test_a_file_without_a_number_names_no_process(tmp_path: Path, content: str) -> None:
    """The process id is not guessed."""
    path = tmp_path / "pid"
    path.write_text(content, encoding="utf-8")
    told = hang_up(path, started_at=1.0, config_file="x")
    assert (told.reply, "contains no process id" in told.detail) == (Reply.NOT_SENT, True)


def test_a_missing_file_names_no_process(tmp_path: Path) -> None:
    """The reason is that of the system."""
    told = hang_up(tmp_path / "pid", started_at=1.0, config_file="x")
    assert (told.reply, "cannot be read" in told.detail) == (Reply.NOT_SENT, True)


def test_a_pid_file_names_the_process(running: Running, tmp_path: Path) -> None:
    """Daemons write the process id with a line feed."""
    path = tmp_path / "pid"
    path.write_text(f"{running.process.pid}\n", encoding="utf-8")
    told = hang_up(path, started_at=running.started_at, config_file="/etc/prometheus.yml")
    assert told.reply is Reply.SENT
    assert running.heard() == "reloads"


def test_the_process_is_checked_without_a_signal(running: Running, tmp_path: Path) -> None:
    """The check works by process id and by file."""
    path = tmp_path / "pid"
    told: list[str] = []
    for content in ("999999999", "x", str(running.process.pid)):
        path.write_text(content, encoding="utf-8")
        told.append(no_process(path, started_at=running.started_at, config_file="/etc/prometheus.yml"))
    assert "could not be signalled" in told[0]
    assert "contains no process id" in told[1]
    assert told[2] == ""
    mine = no_process(os.getpid(), started_at=running.started_at, config_file="/etc/prometheus.yml")
    assert f"process {os.getpid()} is not the server" in mine
    gone = hang_up(running.process.pid, started_at=running.started_at, config_file="/etc/prometheus.yml")
    assert gone.reply is Reply.SENT
    assert running.heard() == "reloads"
