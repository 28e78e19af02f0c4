"""The sandbox on real servers: what it records is what its story says, and nothing is left of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.model.series import Series
from gonogo.model.verdict import Verdict
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.gates.dr import BUCKETS
from gonogo.sandbox.faults import FAULTS
from gonogo.sandbox.history import MONTH_STEP
from gonogo.sandbox.launch import sandbox
from gonogo.sandbox.stack import Stack
from gonogo.sandbox.story import HEALTHY, Story
from gonogo.server.api import query
from gonogo.verdict.core.questions import ASK_ALWAYS, judged_signals
from gonogo.verdict.decide import decide
from tests.curves import ramp
from tests.waiting import await_true, crowded, ended

pytestmark = [pytest.mark.live, pytest.mark.versions]

SECOND = timedelta(seconds=1)
INTERVAL = timedelta(seconds=5)
HALF_AN_HOUR = 31 * 60.0
"""Seconds that the recorded history must be dense for, one minute more than the longest ``for`` window needs."""

SEEN = 0.98
"""The share of its samples that must be there: a busy machine misses a scrape or two."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Run a healthy one, at the pace of the demo."""
    with sandbox(HEALTHY, INTERVAL) as running:
        yield running


def series(stack: Stack, promql: str) -> tuple[Series, ...]:
    """Ask its Prometheus."""
    return query(stack.prometheus.client, stack.prometheus.url, promql).series


def value(stack: Stack, name: str) -> float:
    """Give the newest value of the one series of that name."""
    (found,) = series(stack, f'duri_{name}{{metric_realm="sandbox"}}')
    return found.values[-1]


def signals(stack: Stack) -> tuple[str, ...]:
    """Name the metrics of every signal that the policy asks about."""
    policy = stack.policy_file.policy
    return tuple(policy.signals[name].metric for name in judged_signals(policy, ASK_ALWAYS))


def is_open(server: RunningServer) -> bool:
    """Tell whether somebody listens on its port."""
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", int(server.url.rpartition(":")[2]))) == 0


@pytest.mark.xdist_group("stack")
def test_every_signal_is_there_once(stack: Stack) -> None:
    """Each has one series, in its realm and nowhere else, and no series is marked as made up."""
    names = signals(stack)
    assert len(names) >= 12
    for name in names:
        (found,) = series(stack, name)
        assert found.labels["metric_realm"] == "sandbox"
        assert "mode" not in found.labels


@pytest.mark.xdist_group("stack")
def test_recorded_signals_have_no_seam(stack: Stack) -> None:
    """History is recorded as densely as live data, without a gap between them."""
    stack.until(lambda: series(stack, "duri_lyapunov_v[31m]")[0].times[-1] > stack.end + 5, "live samples")
    names = signals(stack)
    assert names
    for name in names:
        (found,) = series(stack, f"{name}[31m]")
        history = [at for at in found.times if at <= stack.end]
        assert len(history) >= SEEN * (stack.end - found.times[0]) / INTERVAL.total_seconds() > 1
        gaps = [later - earlier for earlier, later in pairwise(found.times)]
        assert max(gaps[: len(history) - 1]) <= (1 - SEEN) * HALF_AN_HOUR
        assert gaps[len(history) - 1] <= (1 - SEEN) * HALF_AN_HOUR * crowded()


@pytest.mark.xdist_group("stack")
def test_raw_series_go_on_with_the_same_labels(stack: Stack) -> None:
    """No series ends with the history, and none begins after it. No counter is reset."""
    bucket = '{le=~"600(\\\\.0)?"}'  # a decimal fraction since Prometheus 3.0
    for name, labels in (("slo_events_total", '{slo="green"}'), ("dr_rehearsal_duration_seconds_bucket", bucket)):
        (found,) = series(stack, f"duri_{name}{labels}[1h]")
        assert found.times[0] < stack.end < found.times[-1]
    (buckets,) = series(stack, "count(duri_dr_rehearsal_duration_seconds_bucket)")
    assert buckets.values == (len(BUCKETS) + 1,)
    for name in ("slo_events_total", "slo_bad_total", "canary_events_total", "dr_rehearsal_success_total"):
        (resets,) = series(stack, f"resets(duri_{name}[31d])")
        assert resets.values == (0.0,)


@pytest.mark.xdist_group("stack")
def test_the_history_is_a_month_long(stack: Stack) -> None:
    """The history begins 31 days ago."""
    (found,) = series(stack, "count_over_time(duri_slo_events_total[31d])")
    assert found.values[0] > timedelta(days=31) / MONTH_STEP


@pytest.mark.xdist_group("stack")
def test_the_recorded_values_are_healthy(stack: Stack) -> None:
    """Each value is healthy in every respect."""
    assert value(stack, "green_uptime_ratio") >= 0.999
    assert value(stack, "error_budget_burn_7d") == pytest.approx(0.2, rel=0.02)
    assert value(stack, "error_budget_burn_30d") == pytest.approx(0.2, rel=0.02)
    assert value(stack, "canary_samples") == pytest.approx(450, rel=0.05)
    assert value(stack, "canary_failure_ratio") == pytest.approx(0.02, rel=0.05)
    assert value(stack, "canary_unique_ratio") == 0.97
    assert value(stack, "dr_rehearsal_age_hours") == pytest.approx(3, abs=0.1)
    assert 5 < value(stack, "dr_rehearsal_p95_minutes") <= 10
    assert value(stack, "lyapunov_v") == pytest.approx(0.04)
    assert value(stack, "heartbeat_changes_6m") >= 7


@pytest.mark.xdist_group("stack")
def test_the_sequence_goes_on(stack: Stack) -> None:
    """The first live beat follows the last of the history, within two beats' time."""
    (beats,) = series(stack, "duri_textfile_heartbeat_seq[10m]")
    steps = [later - earlier for earlier, later in pairwise(beats.values)]
    assert min(steps) >= 0
    assert max(steps) <= 3
    assert max(later - earlier for earlier, later in pairwise(beats.times)) < 90


@pytest.mark.xdist_group("stack")
def test_a_fault_restores_the_files_that_it_changed(stack: Stack) -> None:
    """Files that existed get their content again, and others are removed."""
    before = stack.rules_path.read_bytes()
    stack.write(stack.rules_path, "groups: []\n")
    stack.write(stack.layout.textfile_dir / "extra.prom", "extra 1\n")
    stack.until(lambda: stack.has("extra"), "the extra metric")
    stack.restore()
    assert stack.rules_path.read_bytes() == before
    stack.until(lambda: not stack.has("extra"), "the extra metric to end")
    stack.reload()


@pytest.mark.xdist_group("stack")
def test_a_wait_without_success_is_an_error(stack: Stack) -> None:
    """The error names the thing that the wait was for."""
    with pytest.raises(ActionFailed, match="in vain for rain"):
        stack.until(lambda: False, "rain", timedelta(milliseconds=1), lambda: "sunshine")


def test_nothing_is_left_after_an_error() -> None:
    """Processes, ports and the folder are gone, whatever ended the block."""
    left: list[Stack] = []
    with pytest.raises(RuntimeError, match="anything"):
        fail_in_a_sandbox(left)
    assert not any(server.is_running or is_open(server) for server in left[0].servers)
    assert not left[0].layout.directory.exists()


def fail_in_a_sandbox(left: list[Stack]) -> None:
    """Start one without a history, and raise."""
    with sandbox(replace(HEALTHY, length=timedelta(0)), SECOND) as running:
        left.append(running)
        assert all(is_open(server) for server in running.servers)
        raise RuntimeError("anything")


def test_all_slow_faults_at_once(tmp_path: Path) -> None:
    """Each fault enters through the history, and the number of its own gate shows it. A kept folder stays."""
    story: Story = HEALTHY
    for fault in FAULTS.values():
        story = fault.story(story)
    with sandbox(story, SECOND, tmp_path / "kept") as hurt:
        assert value(hurt, "error_budget_burn_7d") > 0.6
        assert value(hurt, "error_budget_burn_30d") <= 0.4
        assert value(hurt, "canary_failure_ratio") > 0.08
        assert value(hurt, "dr_rehearsal_age_hours") == pytest.approx(30, abs=0.1)
        assert value(hurt, "lyapunov_v") == pytest.approx(0.5)
        assert 1 - 600 / 86_400 - 0.001 < value(hurt, "green_uptime_ratio") < 0.999  # it climbs as time goes on
    assert (tmp_path / "kept" / "gonogo.yaml").exists()


def test_a_falling_v_is_judged_at_once() -> None:
    """High but falling over half an hour passes the gate. A V of 0.5 throughout fails it."""
    falling = replace(
        HEALTHY, alerts_per_hour=ramp(20, timedelta(hours=1), 6), mttr_seconds=ramp(600, timedelta(hours=1), 400)
    )
    with sandbox(falling, SECOND) as running:
        assert value(running, "lyapunov_v") > 0.2
        await_true(lambda: stability(running) is Outcome.PASS)


def test_ten_minutes_of_history_are_no_uptime() -> None:
    """The verdict is NO-GO, because missing time counts as down."""
    with sandbox(replace(HEALTHY, length=timedelta(minutes=10)), SECOND) as running:
        assert value(running, "green_uptime_ratio") < 0.01
        await_true(lambda: decide(running.policy_file).judgement.verdict is Verdict.NO_GO)


def stability(running: Stack) -> Outcome:
    """Decide, and give what came of the gate."""
    (subject,) = decide(running.policy_file).judgement.subjects
    return next(gate.outcome for gate in subject.gates if gate.gate == "stability")


@contextmanager
def command(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run ``gonogo sandbox`` in a folder that also gets its temporary files; give what it says as well."""
    argv = (sys.executable, "-m", "gonogo", "sandbox", "--interval", "1s")
    temporary, said = folder / "temporary", folder / "said"
    temporary.mkdir()
    with (
        said.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            argv,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=folder,
            env={**os.environ, "TMPDIR": str(temporary)},
            text=True,
        ) as process,
    ):
        yield process, said
    assert list(temporary.iterdir()) == []


def test_the_sandbox_command_runs_until_it_is_interrupted(tmp_path: Path) -> None:
    """It prints one line once it is GO, and reports a dead server.

    After the interrupt nothing runs and no file is left.
    """
    with command(tmp_path) as (process, said):
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert Path(told["policy"]).is_absolute()
        assert Path(told["policy"]).parent == Path(told["directory"])
        assert "scripted" in said.read_text(encoding="utf-8")
        verdict = subprocess.run(
            (sys.executable, "-m", "gonogo", "decide", "--policy", told["policy"]),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (verdict.returncode, verdict.stdout[:3]) == (0, "GO ")
        exporter = next(pid for pid in children(process.pid) if "node-exporter" in command_of(pid))
        os.kill(exporter, signal.SIGKILL)
        await_true(lambda: "DEAD: prometheus-node-exporter" in said.read_text(encoding="utf-8"))
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=110)
    assert process.returncode == 130
    assert rest == ""
    with socket.socket() as asked:
        assert asked.connect_ex(("127.0.0.1", int(told["prometheus"].rpartition(":")[2]))) != 0


def test_sigterm_ends_the_sandbox_command_while_it_starts(tmp_path: Path) -> None:
    """Every program that was started is stopped, and nothing is printed."""
    with command(tmp_path) as (process, said):
        await_true(lambda: "evaluating the rules" in said.read_text(encoding="utf-8"))
        servers = children(process.pid)
        assert servers
        process.send_signal(signal.SIGTERM)
        printed, _ = process.communicate(timeout=110)
    assert (process.returncode, printed) == (0, "")
    assert all(ended(pid, 110) for pid in servers)


def children(parent: int) -> list[int]:
    """List the processes that a process started, as ``/proc`` has them."""
    return [
        int(pid) for task in Path(f"/proc/{parent}/task").iterdir() for pid in (task / "children").read_text().split()
    ]


def command_of(pid: int) -> str:
    """Give a process's command line."""
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
