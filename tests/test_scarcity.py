"""A machine that has no more of something: said in words, with an exit code that is neither a bug's nor a verdict's."""

from __future__ import annotations

import os
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
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("COV")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a policy, a rule and its test."""
    (tmp_path / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "r.yml").write_text("groups: [{name: a, rules: [{record: 'a:b', expr: up}]}]\n", encoding="utf-8")
    (tmp_path / "t.yml").write_text(TEST, encoding="utf-8")
    (tmp_path / "small").mkdir()
    return tmp_path


def shell(script: str, folder: Path, before: tuple[str, ...] = (), *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the shell in a folder."""
    argv = (*before, "/bin/sh", "-c", script, "sh", *arguments)
    return subprocess.run(argv, cwd=folder, env=PLAIN, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("command", ["lint", "test", "reload --dry-run", "dryrun"])
def a_full_disk_under_the_journal_is_undecided(folder: Path, command: str) -> None:
    """The folder is named; what the journal had is there when there is room again."""
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
def test_a_limit_is_said(folder: Path, limit: str, command: str, said: str) -> None:
    """Exit 3, and no bug."""
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
def test_without_threads_nothing_is_known(folder: Path, arguments: tuple[str, ...], out: str, err: str) -> None:
    """A verdict has the reason for each question; what else needs a thread is undecided."""
    argv = (sys.executable, "-c", SHORT_OF_THREADS, *arguments)
    done = subprocess.run(argv, cwd=folder, env=PLAIN, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 3, done
    assert out in done.stdout
    assert err in done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize("command", ["lint", "decide", "test", "journal list"])
def test_a_deleted_directory_is_no_bug(folder: Path, command: str) -> None:
    """A policy that is named in full is read all the same."""
    script = f'mkdir gone && cd gone && rmdir ../gone && exec {GONOGO} {command} --policy "$1/gonogo.yaml"'
    done = shell(script, folder, (), str(folder))
    assert done.returncode in {0, 3}, done
    assert "bug" not in done.stderr


def test_a_relative_name_in_a_deleted_directory_says_why(folder: Path) -> None:
    """There is nothing that it is relative to."""
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
def test_a_lost_stream_is_no_verdict(folder: Path, command: str, streams: str, code: int) -> None:
    """Standard error may go at any time; standard output that is lost has codes of its own."""
    (folder / "beat.yaml").write_text("{version: 1, realm: a, prefix: b, heartbeat: {textfile_dir: .}}\n")
    script = f"sleep 0.01; {GONOGO} {command} {streams}; exit ${{PIPESTATUS[0]}}"
    argv = ("/bin/bash", "-c", script)
    done = subprocess.run(argv, cwd=folder, env=PLAIN, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == code, done


@pytest.mark.parametrize(("streams", "code"), LOST)
def test_a_no_go_that_nobody_reads_is_not_known(folder: Path, streams: str, code: int) -> None:
    """A finding's exit code is 1 only where the finding was written, or where nobody wanted to read it."""
    (folder / "r.yml").write_text("groups: [{name: a, rules: [{record: 'a:b', expr: up(}]}]\n", encoding="utf-8")
    argv = ("/bin/bash", "-c", f"{GONOGO} lint {streams}; exit ${{PIPESTATUS[0]}}")
    done = subprocess.run(argv, cwd=folder, env=PLAIN, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == (code or 1), done
