"""The command as a process: its start and its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import await_true

POLICY = "version: 1\nrealm: test\nprefix: duri\nheartbeat: {textfile_dir: .}\n"
BEAT = ("heartbeat", "beat", "--policy", "gonogo.yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a policy."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("arguments", [("schema",), BEAT, ("--help",), ("--version",), ("lint", "--help")])
def test_output_to_a_full_disk_is_an_error(folder: Path, arguments: tuple[str, ...]) -> None:
    """An answer that was not written is reported, however fast the process ends."""
    with Path("/dev/full").open("wb") as full:
        argv = (sys.executable, "-m", "gonogo", *arguments)
        done = subprocess.run(argv, cwd=folder, stdout=full, stderr=subprocess.PIPE, check=False, timeout=110)
    assert done.returncode == 74
    assert b"standard output: the answer could not be written" in done.stderr


@pytest.mark.parametrize("arguments", [("schema",), BEAT, ("no-such-command",)])
@pytest.mark.parametrize("closed", [0, 1, 2])
def test_closed_streams_do_not_change_the_exit_code(folder: Path, arguments: tuple[str, ...], closed: int) -> None:
    """The program that starts a daemon may have closed its streams."""
    shell = f'exec "$0" -m gonogo "$@" {closed}>&-'
    if closed == 0:
        shell = shell.replace(">&-", "<&-")
    argv = ("/bin/sh", "-c", shell, sys.executable, *arguments)
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False, timeout=110)
    assert done.returncode == (2 if arguments == ("no-such-command",) else 0)


def test_a_long_answer_is_written_whole_to_a_pipe(folder: Path) -> None:
    """The answer is longer than a buffer, and its end is there."""
    done = subprocess.run(
        (sys.executable, "-m", "gonogo", "schema"), cwd=folder, capture_output=True, check=True, timeout=110
    )
    assert len(done.stdout) > 8192
    assert done.stdout.endswith(b"}\n")


def test_an_answer_waits_for_a_slow_reader(folder: Path) -> None:
    """Standard output may be non-blocking, because another program that shares the pipe has set it so."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with os.fdopen(reader, "rb") as told:
        os.write(writer, b"." * 65_000)  # nearly all that a pipe holds
        process = subprocess.Popen((sys.executable, "-m", "gonogo", "schema"), cwd=folder, stdout=writer)
        os.close(writer)
        await_true(lambda: process.poll() is not None or _state(process.pid) == "S")
        assert told.read().endswith(b"}\n")
    assert process.wait(timeout=60) == 0


def _state(process: int) -> str:
    """Read the state of a process in the kernel. S is a process that waits."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]


def test_a_character_outside_of_the_encoding_is_escaped(folder: Path) -> None:
    """The name of a folder must not make the command fail."""
    odd = folder / "größe"
    odd.mkdir()
    (odd / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    argv = (sys.executable, "-m", "gonogo", *BEAT)
    done = subprocess.run(argv, cwd=odd, env=environment, capture_output=True, check=False, timeout=110)
    assert done.returncode == 0
    assert rb"gr\xf6\xdfe/duri_textfile_heartbeat.prom" in done.stdout
