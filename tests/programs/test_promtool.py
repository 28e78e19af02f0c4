"""The real promtool."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gonogo.errors import MissingTool, UsageError
from gonogo.model.versions import release
from gonogo.programs import promtool
from gonogo.programs.processes import prometheus
from gonogo.programs.promtool import Promtool, installed_promtool, version_number
from gonogo.server.api import query
from gonogo.server.http import Client
from gonogo.stopping import Stopped
from tests.fake_promtool import fake_promtool
from tests.noted_signals import noted
from tests.waiting import await_true, ended

pytestmark = [pytest.mark.live, pytest.mark.versions]

GOOD = "groups: [{name: g, interval: 30s, rules: [{record: 'a:b', expr: 'x + 1'}]}]\n"
BAD = "groups: [{name: g, rules: [{record: 'a:b', expr: 'x +'}]}]\n"
TWICE = "groups: [{name: g, rules: [{record: 'a:b', expr: x}, {record: 'a:b', expr: x}]}]\n"
UNIT = """
rule_files: [good.yml]
tests:
  - input_series: [{{series: x, values: '1 1 1'}}]
    promql_expr_test: [{{expr: 'a:b', eval_time: 1m, exp_samples: [{{labels: 'a:b', value: {value}}}]}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write rule files and unit tests, good and bad."""
    for name, text in {"good": GOOD, "bad": BAD, "twice": TWICE, "unit": UNIT.format(value=2)}.items():
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    (tmp_path / "failing.yml").write_text(UNIT.format(value=3), encoding="utf-8")
    return tmp_path


def test_a_missing_promtool_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingTool, match="apt-get install prometheus"):
        promtool.run_tool(promtool.PROMTOOL, "--version")


def test_rules_are_checked_by_promtool(folder: Path) -> None:
    """Syntax is always checked. Duplicates are checked only with lint, and then they are fatal."""
    bad = promtool.check_rules([folder / "good.yml", folder / "bad.yml"])
    assert not bad.passed
    assert "bad.yml" in bad.output
    assert not promtool.check_rules([folder / "twice.yml"]).passed
    assert promtool.check_rules([folder / "twice.yml"], lint=False).passed
    good = promtool.check_rules([folder / "good.yml"])
    assert good.passed
    assert "good.yml" in good.output
    assert good.seconds > 0


def test_a_configuration_is_checked_with_its_rules(folder: Path) -> None:
    """A configuration with a broken rule file does not pass."""
    config = folder / "prometheus.yml"
    config.write_text("rule_files: [bad.yml]\n", encoding="utf-8")
    assert not promtool.check_config(config).passed
    config.write_text("rule_files: [good.yml]\n", encoding="utf-8")
    assert promtool.check_config(config).passed


def test_samples_and_rules_are_backfilled(folder: Path) -> None:
    """Samples of two days become blocks. Recorded series are computed from them, at the interval of their groups."""
    now = int(time.time())
    lines = [f"x {minute} {now - 2 * 86_400 + 60 * minute}\n" for minute in range(2 * 1440 - 10)]
    (folder / "history.om").write_text("# TYPE x gauge\n" + "".join(lines) + "# EOF\n", encoding="utf-8")
    data = folder / "prometheus" / "data"
    assert promtool.backfill_openmetrics(folder / "history.om", data).passed
    (folder / "prometheus.yml").write_text("", encoding="utf-8")
    with prometheus(folder / "prometheus", folder / "prometheus.yml") as server:
        assert len(query(Client(), server.url, "x[3d]").series[0].times) == len(lines)
        past = promtool.RuleBackfill(server.url, now - 7200, now - 1200, timedelta(minutes=1))
        run = promtool.backfill_rules(past, [folder / "good.yml"], data)
        assert run.passed, run.output
        server.restart()
        (recorded,) = query(Client(), server.url, "a:b[1d]").series
    assert len(recorded.times) in {200, 201}
    assert recorded.times[1] - recorded.times[0] == 30
    assert not promtool.backfill_openmetrics(folder / "good.yml", data).passed


def test_promtool_may_have_a_prefix() -> None:
    """The command that enters a container may be such a prefix."""
    assert release(promtool.run_tool(("env", "promtool"), "--version").output) is not None


def test_long_output_is_cut_and_read_to_its_end() -> None:
    """The tool never waits until its output is read."""
    run = promtool.run_tool((sys.executable, "-c", "print('x' * 5_000_000)"), kept=1000)
    assert run.passed
    assert run.output == "x" * 1000


def test_a_tool_that_does_not_end_is_stopped_with_its_children(tmp_path: Path) -> None:
    """The tool and its children have ended, and the run has not passed."""
    script = f"sleep 60 & echo $! > {tmp_path / 'pid'}; wait"
    run = promtool.run_tool(("sh", "-c", script), deadline=timedelta(seconds=0.5))
    assert not run.passed
    assert "stopped: the program had not ended after 0.5 s" in run.output
    assert run.seconds < 5
    assert ended(int((tmp_path / "pid").read_text()), 5)


def test_an_interrupt_leaves_no_promtool(tmp_path: Path) -> None:
    """Ctrl-C ends the tool too."""
    code = (
        "from gonogo.programs import promtool\n"
        f"promtool.run_tool(('sh', '-c', 'echo $$ > {tmp_path / 'pid'}; exec sleep 60'), '--version')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as parent:
        await_true(lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text().strip())
        pid = int((tmp_path / "pid").read_text())
        parent.send_signal(signal.SIGINT)
        parent.wait(10)
        assert ended(pid, 110)


def test_an_interrupt_during_the_start_leaves_no_promtool(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt comes after the fork, before gonogo holds the process."""
    started: list[subprocess.Popen[bytes]] = []

    start = subprocess.Popen

    def interrupted(argv: tuple[str, ...], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - passed on
        started.append(start(argv, **options))
        signal.raise_signal(signal.SIGINT)
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    with noted(), pytest.raises(Stopped):
        promtool.check_rules([Path("/dev/stdin")], command=("/bin/sh", "-c", "sleep 60"))
    assert started[0].returncode == -signal.SIGKILL


EXPERIMENTAL = "promql-experimental-functions"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("exit 1", "the program printed no output"),
        ("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "Cannot connect to the Docker daemon"),
        ("echo 'promtool, version 2.42.0 (x)'; exit 1", "promtool, version 2.42.0 (x)"),
        ("echo 'node_exporter, version 1.5.0'", "node_exporter, version 1.5.0"),
    ],
)
def test_a_command_that_runs_no_promtool_is_missing(tmp_path: Path, text: str, why: str) -> None:
    """The error says why, and what to look at."""
    program = tmp_path / "promtool"
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(MissingTool) as error:
        version_number((str(program),))
    assert (error.value.what, error.value.why) == (f"{program} could not be run", why)
    assert f"{program} --version" in error.value.next_step


def test_a_promtool_that_is_too_old_for_a_feature_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old promtool reads PromQL in another way than the server. An optional feature is listed as lacking."""
    fake_promtool(tmp_path / "bin", monkeypatch, "", version="3.3.0")
    with pytest.raises(UsageError) as error:
        installed_promtool([EXPERIMENTAL])
    assert error.value.what == f"promtool 3.3.0 cannot turn on the feature {EXPERIMENTAL}"
    assert "since 3.4" in error.value.why
    assert installed_promtool((), [EXPERIMENTAL]) == Promtool(("promtool",), "3.3.0", (EXPERIMENTAL,))


@pytest.mark.parametrize(
    ("version", "key", "junit"),
    [
        ("2.54.1", "2.54.1", False),
        ("3.5.3+ds1", f"3.5.3+ds1 --enable-feature={EXPERIMENTAL}", True),
        ("", f" --enable-feature={EXPERIMENTAL}", True),
    ],
)
def test_the_cache_key_of_promtool_has_version_and_features(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, key: str, *, junit: bool
) -> None:
    """A promtool without a version is a new build."""
    fake_promtool(tmp_path / "bin", monkeypatch, "", version)
    found = installed_promtool((), ["exemplar-storage", EXPERIMENTAL])
    assert (found.version, found.key, found.writes_junit) == (version, key, junit)


def test_a_prefix_runs_promtool_elsewhere(tmp_path: Path) -> None:
    """A prefix may print its own lines before the version."""
    prefix = tmp_path / "exec.py"
    prefix.write_text("print('Defaulted container x')\nprint('promtool, version 3.16.0 (x)')\n", encoding="utf-8")
    command = (sys.executable, str(prefix), "promtool")
    found = installed_promtool([EXPERIMENTAL], command=command)
    assert found == Promtool((*command, f"--enable-feature={EXPERIMENTAL}"), "3.16.0")
    assert found.release == (3, 16)
