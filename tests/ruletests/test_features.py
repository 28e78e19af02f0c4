"""Rules that need a feature of the server: promtool turns the feature on, or is reported as too old."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.cli.main import main
from gonogo.errors import UsageError
from gonogo.lint.request import LintRequest
from gonogo.lint.run import run_lint
from gonogo.model.versions import features_for
from gonogo.policy.load import load
from gonogo.programs.promtool import installed_promtool
from gonogo.ruletests.check import places_report
from gonogo.ruletests.measure import Budget, measured
from gonogo.ruletests.recorded import policy_report
from tests.ruletests.unit_files import write

FEATURES = ("promql-experimental-functions",)
RULES = "groups: [{name: g, rules: [{alert: High, expr: 'mad_over_time(x[5m]) > 1', for: 1m}]}]\n"
TEST = """\
rule_files: [../rules/r.yml]
tests:
  - interval: 1m
    input_series: [{series: x, values: 0+2x9}, {series: y, values: 1x9}]
    alert_rule_test:
      - {eval_time: 9m, alertname: High, exp_alerts: [{}]}
      - {eval_time: 0m, alertname: High, exp_alerts: []}
"""
POLICY = """\
version: 1
preset: null
realm: null
prefix: x
rules: [rules/*.yml]
tests: [tests]
heartbeat: {textfile_dir: .}
prometheus: {config: null, features: [native-histograms, promql-experimental-functions]}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a policy, a rule with an experimental function, and its test."""
    write(tmp_path, {"rules/r.yml": RULES, "tests/a_test.yml": TEST, "gonogo.yaml": POLICY})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def is_too_old() -> bool:
    """Return True if the installed promtool is too old."""
    return features_for(FEATURES, installed_promtool().release).lacking != ()


def test_without_the_feature_promtool_refuses_the_rule() -> None:
    """Promtool refuses the rule in tests and in lint."""
    assert places_report(["tests"], []).outcome == "FAIL"
    assert run_lint(LintRequest((Path("rules"),))).report.findings[0].severity == "error"


def test_tests_and_mutants_have_the_feature() -> None:
    """The policy or the command names the feature."""
    if is_too_old():
        with pytest.raises(UsageError, match="cannot turn on the feature promql-experimental-functions"):
            places_report(["tests"], [], features=FEATURES)
        with pytest.raises(UsageError, match="cannot turn on the feature promql-experimental-functions"):
            policy_report(load(Path("gonogo.yaml")))
        return
    report = places_report(["tests"], [], features=FEATURES)
    assert report.outcome == policy_report(load(Path("gonogo.yaml"))).outcome == "PASS"
    whole = measured(report, [Path("rules")], installed_promtool(FEATURES), budget=Budget())
    assert whole.coverage is not None
    assert whole.mutants is not None
    assert (whole.coverage.covered, whole.mutants.stillborn) == (1, 0)
    assert whole.mutants.killed > 0


def test_a_lint_has_the_feature() -> None:
    """The policy, the command or the server names the feature, and a note says when only the server lacks it."""
    asked = LintRequest((Path("rules"),), features=FEATURES), LintRequest(policy_file=load(Path("gonogo.yaml")))
    if is_too_old():
        for request in asked:
            with pytest.raises(UsageError, match="cannot turn on"):
                run_lint(request)
    else:
        for request in asked:
            assert [one for one in run_lint(request).report.findings if one.severity == "error"] == []
    linted = run_lint(LintRequest((Path("rules"),), running=FEATURES))
    assert any("the server has the feature promql-experimental-functions on" in note for note in linted.notes) is (
        is_too_old()
    )
    assert any(one.severity == "error" for one in linted.report.findings) is is_too_old()


def run(*arguments: str) -> int:
    """Run gonogo and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.mark.parametrize("command", ["test", "lint"])
def test_the_option_is_for_files_named_by_path(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A policy has a key for features, and a misspelt feature is named."""
    assert run(command, "--enable-feature", FEATURES[0]) == 2
    assert "set prometheus.features in the policy" in capfd.readouterr().err
    assert run(command, "rules", "--enable-feature", "exemplar-storage,promql-experimental-function") == 2
    assert f"did you mean {FEATURES[0]}?" in capfd.readouterr().err
    place = "tests" if command == "test" else "rules"
    expected = 2 if is_too_old() else 0
    assert run(command, place, "--enable-feature", f"exemplar-storage, {FEATURES[0]}") == expected
