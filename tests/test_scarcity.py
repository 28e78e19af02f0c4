"""A machine short of a resource: the message names it. The exit code is neither a bug's nor a verdict's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.own_mounts import NAMESPACE, may_mount

POLICY = """\
version: 1
preset: null
realm: prod
prometheus: {url: 'http://127.0.0.1:1', timeout: 1s}
signals: {up: {metric: up}}
gates: {alive: {require: [up == 1]}}
runs: {required: []}
rules: [r.yml]
tests: [t.yml]
journal: small/journal.sqlite
"""
TEST = """\
rule_files: [r.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{series: up, values: '1x5'}]
    promql_expr_test: [{expr: 'a:b', eval_time: 5m, exp_samples: [{labels: 'a:b', value: 1}]}]
"""
GONOGO = f"{sys.executable} -m gonogo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a policy, a rule and its test."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "r.yml").write_text("groups: [{name: a, rules: [{record: 'a:b', expr: up}]}]\n", encoding="utf-8")
    (tmp_path / "t.yml").write_text(TEST, encoding="utf-8")
    (tmp_path / "small").mkdir()
    return tmp_path


def shell(script: str, folder: Path, before: tuple[str, ...] = (), *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a folder."""
    argv = (*before, "/bin/sh", "-c", script, "sh", *arguments)
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("command", ["lint", "test", "reload --dry-run", "dryrun"])
def a_full_disk_under_the_journal_is_undecided(folder: Path, command: str) -> None:
    """The message names the folder. The old records are still there after room is made."""
    script = (
        f"mount -t tmpfs -o size=200k none small && {GONOGO} lint >out 2>&1 || exit 90; "
        "dd if=/dev/zero of=small/fill bs=1k 2>/dev/null; "
        f"{GONOGO} {command} >out 2>err; echo $?; cat err; rm small/fill; {GONOGO} journal list"
    )
    done = shell(script, folder, NAMESPACE)
    code, _, said = done.stdout.partition("\n")
    assert code == "3", done
    assert f"no space left on {folder}/small" in said
    assert "PASS     obs-lint" in said
    assert len([line for line in said.splitlines() if "obs-lint" in line]) == 1


if may_mount():
    test_a_full_disk_under_the_journal_is_undecided = a_full_disk_under_the_journal_is_undecided


@pytest.mark.parametrize(
    ("limit", "command", "said"),
    [
        ("-f 0", "lint", "no temporary folder can be written"),
        ("-f 0", "test", "no temporary folder can be written"),
        ("-f 0", "reload --dry-run", "no space left on"),
        ("-f 0", "dryrun --sandbox --for 1s", "no temporary folder can be written"),
        ("-n 12", "dryrun --sandbox --for 1s", "too many files are open"),
    ],
)
def test_a_limit_of_the_process_is_named(folder: Path, limit: str, command: str, said: str) -> None:
    """The exit code is 3, and the error is not called a bug."""
    done = shell(f"ulimit {limit}; exec {GONOGO} {command}", folder)
    assert done.returncode == 3, done
    assert said in done.stderr
    assert "ulimit" in done.stderr
    assert "bug in gonogo" not in done.stderr


SHORT_OF_THREADS = """
import resource, sys, threading
import gonogo.verdict.decide, gonogo.lint.recorded, gonogo.verdict.print, gonogo.reload.run, orjson
from gonogo.cli.error_door import leave
from gonogo.cli.main import main
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
threading.stack_size(1 << 30)  # so that there is room for all but a thread
resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 28), resource.RLIM_INFINITY))
main(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("arguments", "out", "err"),
    [
        (("decide", "--format", "json"), '"HOLD"', ""),
        (("decide",), "no thread can be started", ""),
        (("lint",), "", "ulimit -v"),
    ],
)
def test_without_threads_the_outcome_is_undecided(folder: Path, arguments: tuple[str, ...], out: str, err: str) -> None:
    """A verdict has the reason for each question. Other commands that need a thread end with 3."""
    argv = (sys.executable, "-c", SHORT_OF_THREADS, *arguments)
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 3, done
    assert out in done.stdout
    assert err in done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize("command", ["lint", "decide", "test", "journal list"])
def test_a_deleted_working_directory_is_no_bug(folder: Path, command: str) -> None:
    """A policy with an absolute path can still be read."""
    script = f'mkdir gone && cd gone && rmdir ../gone && exec {GONOGO} {command} --policy "$1/gonogo.yaml"'
    done = shell(script, folder, (), str(folder))
    assert done.returncode in {0, 3}, done
    assert "bug" not in done.stderr


def test_a_relative_path_in_a_deleted_directory_is_a_usage_error(folder: Path) -> None:
    """A relative path has no meaning in a deleted folder."""
    script = f'mkdir gone && cd gone && rmdir ../gone && exec {GONOGO} test t.yml --rules "$1"'
    done = shell(script, folder, (), str(folder))
    assert done.returncode == 2, done
    assert "bug" not in done.stderr


LOST = [
    ("2>&-", 0),
    ("2>/dev/full", 0),
    ("2> >(true)", 0),
    (">/dev/full", 74),
    (">/dev/full 2>&1", 74),
    ("| true", 141),
    ("2>&1 | true", 141),
    (">&-", 0),
    (">&- 2>&-", 0),
]


@pytest.mark.parametrize(("streams", "code"), LOST)
@pytest.mark.parametrize("command", ["lint", "test", "journal list", "heartbeat beat --policy beat.yaml"])
def test_a_lost_standard_output_has_its_own_exit_code(folder: Path, command: str, streams: str, code: int) -> None:
    """A lost standard error does not change the exit code."""
    (folder / "beat.yaml").write_text("{version: 1, realm: a, prefix: b, heartbeat: {textfile_dir: .}}\n")
    script = f"sleep 0.01; {GONOGO} {command} {streams}; exit ${{PIPESTATUS[0]}}"
    argv = ("/bin/bash", "-c", script)
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == code, done


@pytest.mark.parametrize(("streams", "code"), LOST)
def test_a_finding_that_was_not_written_has_the_exit_code_of_the_lost_stream(
    folder: Path, streams: str, code: int
) -> None:
    """The exit code is 1 only if the finding was written, or if standard output was closed from the start."""
    (folder / "r.yml").write_text("groups: [{name: a, rules: [{record: 'a:b', expr: up(}]}]\n", encoding="utf-8")
    argv = ("/bin/bash", "-c", f"{GONOGO} lint {streams}; exit ${{PIPESTATUS[0]}}")
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == (code or 1), done
