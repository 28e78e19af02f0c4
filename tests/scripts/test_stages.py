"""The parallel stages of ``make test``: their output, their failures and their end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from scripts.test.hangs.processes import MARK, STACKS

from tests.scripts.test_time_limit import is_alive
from tests.waiting import await_true

ROOT = Path(__file__).parents[2]
TWO_LANES = """\
. scripts/test/stages.sh
a() { run first 60 sh -c "$FIRST"; run second 60 echo over; }
b() { run third 60 sh -c "$THIRD"; }
lane a
lane b
wait
finish
"""


def started(results: Path, first: str, third: str) -> subprocess.Popen[str]:
    """Start two lanes outside of the run of this test. One lane has the first and second stage."""
    inherited = {key: value for key, value in os.environ.items() if key not in {MARK, STACKS}}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**inherited, "PATH": path, "results": str(results), "FIRST": first, "THIRD": third}
    return subprocess.Popen(
        ["/bin/bash", "-uo", "pipefail", "-c", TWO_LANES], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(("first", "third"), [("exit 3", "exit 0"), ("exit 0", "exit 3")])
def test_a_failure_in_any_lane_fails_the_run(tmp_path: Path, first: str, third: str) -> None:
    """The stage is named. The other stages still run."""
    process = started(tmp_path, first, third)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert re.findall("^test: FAILED: (.+)$", out, re.MULTILINE) == [
        "first: sh -c exit 3" if first == "exit 3" else "third: sh -c exit 3"
    ]
    assert "all passed" not in out
    assert "\nover\n" in out


def test_the_output_of_a_stage_is_shown_whole(tmp_path: Path) -> None:
    """Lanes write at the same time, but the lines of two stages are not mixed."""
    waits = 'until [ -e "$results/{0}" ]; do sleep 0.02; done'
    first = f'echo one; touch "$results/one"; {waits.format("two")}; echo one again'
    third = f'{waits.format("one")}; echo two; touch "$results/two"; echo two again'
    process = started(tmp_path, first, third)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "\none\none again\ntest: first took: " in out
    assert "\ntwo\ntwo again\ntest: third took: " in out
    assert re.search(r"^test: all passed in \d+ s$", out, re.MULTILINE)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_lane(tmp_path: Path, number: signal.Signals) -> None:
    """No process continues, and no further stage begins."""
    waits = 'echo $$ >"$results/{0}.part"; mv "$results/{0}.part" "$results/{0}.pid"; exec sleep 1000'
    process = started(tmp_path, waits.format("first"), waits.format("third"))
    pids = [tmp_path / "first.pid", tmp_path / "third.pid"]
    await_true(lambda: all(pid.exists() for pid in pids))
    process.send_signal(number)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "second begins" not in out
    assert [is_alive(int(pid.read_text(encoding="utf-8"))) for pid in pids] == [False, False]
