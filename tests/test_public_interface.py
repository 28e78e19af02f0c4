"""The public interface: the names of ``gonogo``, and the examples of docs/python.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import gonogo
from gonogo import GonogoError, Outcome, Verdict
from gonogo.lint.run import run_lint
from gonogo.programs.processes import prometheus
from gonogo.reload.run import reload as carry_out
from tests.evidence_builder import evidence
from tests.policy_folder import RULES, TESTS, policy_folder

PAGE = (Path(__file__).parents[1] / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
NAMES = [
    *("load", "decide", "judge", "lint", "test", "reload"),
    *("Became", "Evidence", "FileReport", "Finding", "GonogoError", "Judgement", "LintReport", "Linted", "Outcome"),
    *("Policy", "PolicyError", "PolicyFile", "Reason", "ReloadResult", "Report", "UnitReport", "Verdict"),
]


def test_the_public_names_are_fixed() -> None:
    """A removed name breaks the program of a user, and a new name is a promise."""
    assert gonogo.__all__ == NAMES
    assert all(getattr(gonogo, name).__module__.startswith("gonogo.") for name in NAMES)
    with pytest.raises(AttributeError, match="has no attribute 'watch'"):
        gonogo.watch  # noqa: B018 - the access is the test


def test_an_import_loads_no_command() -> None:
    """The modules of a command are loaded when its function is called."""
    code = "import gonogo, sys; print(sorted(name for name in sys.modules if name.startswith('gonogo.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=110)
    assert done.stdout.strip() == "['gonogo.version']"


def test_functions_are_not_hidden_by_packages_of_the_same_name() -> None:
    """``gonogo.lint`` and ``gonogo.reload`` stay functions after the packages of these names were imported."""
    assert run_lint.__module__ == "gonogo.lint.run"
    assert carry_out.__module__ == "gonogo.reload.run"
    assert (gonogo.lint.__module__, gonogo.reload.__module__) == ("gonogo.api", "gonogo.api")


def test_nothing_to_test_is_an_error(tmp_path: Path) -> None:
    """An empty call makes no report, and a missing policy no verdict."""
    with pytest.raises(GonogoError, match="there is nothing to test"):
        gonogo.test()
    with pytest.raises(GonogoError, match="there is nothing to lint"):
        gonogo.lint()
    with pytest.raises(GonogoError):
        gonogo.load(tmp_path / "gonogo.yaml")


def test_lint_and_test_accept_paths_and_a_policy(tmp_path: Path) -> None:
    """A policy finds its rules and tests. A path is a text or a ``Path``."""
    policy = policy_folder(tmp_path)
    assert gonogo.lint(policy=policy).outcome is Outcome.PASS
    (tmp_path / "bad.yml").write_text("groups: [{name: a, rules: [{record: 'a:b', expr: 'sum('}]}]\n", encoding="utf-8")
    bad = gonogo.lint(str(tmp_path / "bad.yml"))
    assert (bad.outcome, [one.severity for one in bad.errors][:1]) == (Outcome.FAIL, ["error"])
    assert gonogo.test(policy=policy).outcome is Outcome.PASS
    named = tmp_path / "tests" / "duri.yml"
    assert gonogo.test(named, policy=policy).outcome is Outcome.PASS
    named.write_text(TESTS.replace("value: 1", "value: 2"), encoding="utf-8")
    assert gonogo.test(str(named), rules=(tmp_path / "rules",)).outcome is Outcome.FAIL


def test_a_server_that_does_not_answer_is_a_hold(tmp_path: Path) -> None:
    """``decide`` answers HOLD, ``reload`` changes nothing, and ``judge`` is the pure function behind both."""
    policy = policy_folder(tmp_path, more="prometheus: {config: rules/duri.yml}\n")
    report = gonogo.decide(policy, url="http://127.0.0.1:9")
    assert report.judgement.verdict is Verdict.HOLD
    assert gonogo.reload(policy, only_preview=True).became == "refused"
    nothing = evidence()
    assert gonogo.judge(policy.policy, nothing, nothing.now).verdict is not Verdict.GO


@pytest.mark.live
def test_the_examples_of_the_documentation_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each block of the page runs, one after another, in the folder of a policy whose server runs."""
    policy_folder(tmp_path, rules=RULES, tests=TESTS)
    config = tmp_path / "prometheus.yml"
    config.write_text("rule_files: [rules/*.yml]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with prometheus(tmp_path / "p", config) as server:
        with (tmp_path / "gonogo.yaml").open("a", encoding="utf-8") as file:
            file.write(f"prometheus: {{url: '{server.url}', config: prometheus.yml}}\n")
        for example in EXAMPLES:
            exec(compile(example, "docs/python.md", "exec"), {})  # noqa: S102 - our own page
    said = capsys.readouterr().out
    assert len(EXAMPLES) == 4
    assert ("HOLD" in said, "tests/duri.yml PASS" in said, "snapshot PASS" in said) == (True, True, True), said
    assert "missing.yaml" in said


def test_a_lint_without_an_arbiter_is_unknown() -> None:
    """The findings of the checks do not matter."""
    report = gonogo.LintReport((), files=1, rules=1)
    assert gonogo.Linted(report, undecided="vmalert is not installed").outcome is Outcome.UNKNOWN
    assert gonogo.Linted(report).outcome is Outcome.PASS
