"""``gonogo lint`` as a command: its output streams and its exit codes."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gonogo.cli.lint import NAMED_AT_MOST, beside, lint
from gonogo.errors import GonogoError, SourceError
from gonogo.journal.records import records
from gonogo.lint.core.report import LintReport
from gonogo.lint.inputs import Skipped
from gonogo.lint.run import Linted
from gonogo.programs.promtool import version_number
from tests.faulty_server import faulty
from tests.policy_folder import policy_folder

GOOD = "groups: [{name: g, rules: [{alert: A, expr: 'up == 0', for: 5m}]}]\n"
WARNED = "groups: [{name: g, rules: [{alert: A, expr: 'rate(x_total[5m])', for: 5m}]}]\n"
BAD = "groups: [{name: g, rules: [{alert: A, expr: 'up =='}]}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a folder with three rule files: valid, with a warning, and broken."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"good": GOOD, "warned": WARNED, "bad": BAD}.items():
        Path(f"{name}.yml").write_text(text, encoding="utf-8")
    return tmp_path


def run(command: str) -> Result:
    """Run the command in this process. Errors of gonogo are kept in the result."""
    return CliRunner().invoke(lint, shlex.split(command), standalone_mode=False)


def code(command: str) -> int:
    """Return the exit code of the command."""
    result = run(command)
    if isinstance(result.exception, GonogoError):
        return result.exception.exit_code
    assert result.exception is None, result.exception
    assert isinstance(result.return_value, int)
    return result.return_value


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("missing.yml", "cannot be read"),
        ("good.yml --write-baseline", "--write-baseline needs a file"),
        ("good.yml --baseline missing.json", "the baseline cannot be read"),
        ("good.yml --promtool ''", "--promtool is empty"),
        ("good.yml --promtool '\"'", "--promtool is not a command"),
        ("good.yml --promtool-root /etc", "there is no second promtool"),
        ("good.yml --allow-version-skew", "there is no second promtool"),
        ("good.yml --server-version three", "is not a version"),
        ("good.yml --prometheus nowhere", "not the URL of a server"),
        ("good.yml --policy missing.yaml", "mistake"),
        ("", "mistake"),
    ],
)
def test_invalid_arguments_are_an_error(command: str, told: str) -> None:
    """The exit code is 2, and no file is linted."""
    result = run(command)
    assert isinstance(result.exception, GonogoError)
    assert told in str(result.exception)
    assert result.exception.exit_code == 2
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("bad.yml", 1),
        ("good.yml", 0),
        ("warned.yml", 0),
        ("warned.yml --fail-on warning", 1),
        ("good.yml --fail-on info", 0),
        ("good.yml --server-version 3.1 --promtool promtool", 0),
    ],
)
def test_the_exit_code_follows_from_the_worst_finding(command: str, expected: int) -> None:
    """The code is 1 for a finding at or above ``--fail-on``."""
    assert code(command) == expected


def test_json_has_findings_of_every_severity() -> None:
    """Standard output has only JSON."""
    result = run("bad.yml warned.yml --format json")
    told = json.loads(result.stdout)
    assert told["schema"] == "gonogo/lint/v1"
    assert {finding["severity"] for finding in told["findings"]} >= {"error", "warning"}
    assert (told["files"], told["rules"]) == (2, 2)


def test_a_baseline_lets_only_new_findings_fail() -> None:
    """The command itself writes the baseline."""
    assert code("bad.yml --baseline known.json --write-baseline") == 0
    assert code("bad.yml --baseline known.json") == 0
    Path("bad.yml").write_text(BAD.replace("A", "B"), encoding="utf-8")
    assert code("bad.yml --baseline known.json") == 1


def test_the_lint_of_a_policy_is_recorded_for_its_gate(folder: Path) -> None:
    """A lint of given paths is not recorded. A failed lint is recorded as FAIL."""
    policy_file = policy_folder(folder / "p")
    assert code("good.yml --policy p/gonogo.yaml") == 0
    assert records(policy_file.journal) == ()
    result = run("--policy p/gonogo.yaml")
    assert result.return_value == 0
    assert "recorded: obs-lint PASS: promtool accepts" in result.stderr
    assert code("--policy p/gonogo.yaml --fail-on warning") == 1
    (folder / "p" / "rules" / "duri.yml").write_text(BAD, encoding="utf-8")
    assert code("--policy p/gonogo.yaml") == 1
    assert [record.outcome for record in records(policy_file.journal)] == ["FAIL", "FAIL", "PASS"]
    assert {record.kind for record in records(policy_file.journal)} == {"obs-lint"}


def test_a_baseline_does_not_count_for_the_gate(folder: Path) -> None:
    """The command passes, but the record says FAIL."""
    policy_file = policy_folder(folder / "p", rules=BAD)
    result = run("--policy p/gonogo.yaml --baseline known.json --write-baseline")
    assert result.return_value == 0
    assert "recorded: obs-lint FAIL" in result.stderr
    assert [record.outcome for record in records(policy_file.journal)] == ["FAIL"]


def test_a_file_that_changes_during_the_lint_makes_it_unknown(folder: Path) -> None:
    """The second promtool appends a comment to a rule file, so the linted content is not known."""
    policy_file = policy_folder(folder / "p")
    touching = folder / "touching.py"
    touching.write_text(
        "import subprocess, sys\nopen('p/rules/duri.yml', 'a').write('# more\\n')\n"
        "sys.exit(subprocess.run(['promtool', *sys.argv[1:]]).returncode)\n",
        encoding="utf-8",
    )
    command = shlex.join(("--policy", "p/gonogo.yaml", "--promtool", f"{sys.executable} {touching}"))
    result = run(command)
    assert result.return_value == 3
    assert "UNKNOWN" in result.stderr
    assert [record.outcome for record in records(policy_file.journal)] == ["UNKNOWN"]


def test_an_allowed_version_skew_is_recorded(folder: Path) -> None:
    """The record has both versions."""
    policy_file = policy_folder(folder / "p")
    newer = folder / "newer.py"
    newer.write_text(
        "import subprocess, sys\nrun = subprocess.run(['promtool', *sys.argv[1:]], capture_output=True, text=True)\n"
        "print((run.stdout + run.stderr).replace('tool, version ', 'tool, version 9'))\nsys.exit(run.returncode)\n",
        encoding="utf-8",
    )
    second = shlex.join(("--policy", "p/gonogo.yaml", "--promtool", f"{sys.executable} {newer}"))
    assert code(second) == 1
    assert code(f"{second} --allow-version-skew") == 0
    record = records(policy_file.journal)[0]
    assert (record.outcome, record.detail["version_skew_allowed"]) == ("PASS", True)
    at_hand = version_number()
    assert sorted(record.tools.values()) == sorted((at_hand, f"9{at_hand}"))


def test_the_lint_without_an_answer_of_the_server_is_not_recorded(folder: Path) -> None:
    """The error is a source error, and the journal has no record."""
    policy_file = policy_folder(folder / "p")
    with faulty(lambda connection: connection.answer("500 no", b"no")) as server:
        for what in ("good.yml", "--policy p/gonogo.yaml"):
            result = run(f"{what} --prometheus {server.url}")
            assert isinstance(result.exception, SourceError)
    assert records(policy_file.journal) == ()


def test_skipped_files_are_listed_by_reason() -> None:
    """Only the first few files are named."""
    skipped = tuple(Skipped(f"{number}.yml", "empty") for number in range(NAMED_AT_MOST + 2))
    linted = Linted(LintReport((), 1, 1), (*skipped, Skipped("t.yml", "tests")), ("git is silent",))
    assert list(beside(linted)) == [
        f"skipped: {', '.join(one.path for one in skipped[:NAMED_AT_MOST])} and 2 more: empty",
        "skipped: t.yml: tests",
        "note: git is silent",
    ]


def test_a_process_ends_with_the_exit_code() -> None:
    """Findings go to standard output, and notes to standard error."""
    Path("t_test.yml").write_text("rule_files: [good.yml]\ntests: []\n", encoding="utf-8")
    done = subprocess.run(
        (sys.executable, "-m", "gonogo", "lint", "."), capture_output=True, text=True, check=False, timeout=110
    )
    assert done.returncode == 1
    assert done.stdout.startswith("bad.yml:1:")
    assert done.stderr == "skipped: t_test.yml: tests of rules, which 'gonogo test' runs\n"


VMALERTS = """\
version: 1
preset: null
realm: prod
prefix: duri
signals: {x: {metric: x}}
gates: {own: {require: [x == 1]}}
prometheus: {dialect: victoriametrics, config: null}
rules: [good.yml]
tests: []
"""


def test_without_vmalert_its_rules_have_exit_code_3(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program vmalert is missing. The files come from the policy or from the command line."""
    Path("gonogo.yaml").write_text(VMALERTS, encoding="utf-8")
    monkeypatch.setenv("PATH", str(folder))
    for command in ("--policy gonogo.yaml", "good.yml --policy gonogo.yaml"):
        assert code(command) == 3
        assert "note: vmalert is not installed, so nothing could decide" in run(command).stderr
    assert code("warned.yml --policy gonogo.yaml --fail-on warning") == 1


@pytest.mark.versions
def test_a_file_name_that_is_no_utf8_is_linted(folder: Path) -> None:
    """Promtool prints the name byte by byte, so its answer can be assigned to the file."""
    name = os.fsdecode(b"a\xff.yml")
    (folder / name).write_text(GOOD, encoding="utf-8")
    done = subprocess.run((sys.executable, "-m", "gonogo", "lint", name), capture_output=True, check=False, timeout=90)
    assert (done.returncode, done.stdout) == (0, b"0 errors, 0 warnings, 0 notes in 1 file, 1 rule\n"), done
