"""Interrupts at any moment of the first second: the exit code is 130, without a crash."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import await_true

INTERRUPTS = 200
POLICY = """\
version: 1
preset: null
realm: prod
prometheus: {{url: 'http://127.0.0.1:{port}', timeout: 60s}}
signals: {{up: {{metric: up}}}}
gates: {{alive: {{require: [up == 1]}}}}
runs: {{required: []}}
rules: []
tests: []
"""
COMMANDS = (
    ("decide", "--policy", "gonogo.yaml"),  # read without click
    ("decide", "--prometheus", "http://127.0.0.1:{port}"),
    ("dryrun",),
    ("reload", "--dry-run"),
    ("lint", "--prometheus", "http://127.0.0.1:{port}"),
)


@pytest.fixture
def port() -> Iterator[int]:
    """Listen on a port without an answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as silent:
        yield silent.getsockname()[1]


def notes_signals(pid: int) -> bool:
    """Return whether the process catches SIGTERM. Python itself does not catch it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return True
    caught = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:"))
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def test_an_interrupt_at_any_moment_of_the_start_has_exit_code_130(
    tmp_path: Path, port: int, share: Callable[[int], int]
) -> None:
    """The interrupt comes after gonogo has installed its handlers. Before that Python itself starts."""
    (tmp_path / "gonogo.yaml").write_text(POLICY.format(port=port), encoding="utf-8")
    drawn = random.Random(7)  # noqa: S311 - moments, no secrets
    times = share(INTERRUPTS)
    assert times
    for number in range(times):
        arguments = [one.format(port=port) for one in COMMANDS[number % len(COMMANDS)]]
        delay = drawn.uniform(0.0, 1.0)
        with subprocess.Popen(
            (sys.executable, "-m", "gonogo", *arguments),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            await_true(lambda: notes_signals(process.pid))
            time.sleep(delay)  # the moment is what is tried
            process.send_signal(signal.SIGINT)
            began = time.monotonic()
            out, err = process.communicate(timeout=110)
        took = time.monotonic() - began
        said = f"{arguments} {delay:.3f} {took:.2f}: {process.returncode} {out.decode()} {err.decode()}"
        assert process.returncode == 130, said
        assert "bug in gonogo" not in said
        assert took < 20, said
