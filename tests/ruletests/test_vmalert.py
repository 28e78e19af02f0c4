"""Tests of rules that vmalert evaluates: promtool runs those that it can read, and every other one is UNKNOWN."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.cli.main import main
from gonogo.formats.dialect import Dialect
from gonogo.model.outcome import Outcome
from gonogo.policy.load import load
from gonogo.programs.promtool import installed_promtool
from gonogo.ruletests.check import places_report
from gonogo.ruletests.core.report import UNREADABLE, VMALERT_ONLY
from gonogo.ruletests.measure import Budget, measured
from gonogo.ruletests.recorded import policy_report, run_of

pytestmark = pytest.mark.versions

POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
signals: {x: {metric: x}}
gates: {own: {require: [x == 1]}}
runs: {required: [promql-unit]}
prometheus: {dialect: victoriametrics, config: null}
rules: ["rules/*.yml"]
tests: [tests]
"""
PLAIN = "groups: [{name: plain, rules: [{record: x, expr: sum(up), labels: {metric_realm: prod}}]}]\n"
KEY = PLAIN.replace("name: plain", "name: key, concurrency: 2").replace("record: x", "record: y")
METRICSQL = (
    PLAIN.replace("name: plain", "name: own").replace("record: x", "record: z").replace("(up)", "(up default 1)")
)
TEST = """\
rule_files: [../rules/{0}.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{{series: up, values: 1x4}}]
    promql_expr_test:
      - {{expr: {1}, eval_time: 2m, exp_samples: [{{labels: '{1}{{metric_realm="prod"}}', value: 1}}]}}
"""
RULES = {"plain": PLAIN, "key": KEY, "metricsql": METRICSQL}


def folder(root: Path, *tested: tuple[str, str]) -> Path:
    """Write a policy with three rule files, and a test of each named one."""
    for name, text in RULES.items():
        (root / "rules").mkdir(exist_ok=True)
        (root / "rules" / f"{name}.yml").write_text(text, encoding="utf-8")
    (root / "tests").mkdir()
    for name, metric in tested:
        (root / "tests" / f"{name}_test.yml").write_text(TEST.format(name, metric), encoding="utf-8")
    (root / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    return root / "gonogo.yaml"


def test_rules_that_promtool_cannot_read_are_unknown(tmp_path: Path) -> None:
    """The other tests run. Each unknown test has the reason and the next step, and the gate is UNKNOWN."""
    policy_file = load(folder(tmp_path, ("plain", "x"), ("key", "y"), ("metricsql", "z")))
    report = policy_report(policy_file)
    found = {Path(file.path).name: file for file in report.files}
    assert found["plain_test.yml"].outcome is Outcome.PASS
    for name, why in (("key", "the key 'concurrency' belongs to vmalert"), ("metricsql", "z is not PromQL")):
        file = found[f"{name}_test.yml"]
        assert (file.outcome, file.promtool, file.reason) == (Outcome.UNKNOWN, None, VMALERT_ONLY)
        assert "promtool cannot read this rule file" in file.detail
        assert "vmalert-tool unittest" in file.detail
        assert why in file.detail
    run = run_of(report, policy_file)
    assert report.outcome is run.outcome is Outcome.UNKNOWN
    assert "promtool cannot run all tests of the rules" in run.detail
    assert "promtool cannot read this rule file" in "\n".join(run.findings)


def test_a_failing_test_beside_an_unknown_one_is_a_failure(tmp_path: Path) -> None:
    """The worst outcome counts: an unreadable rule file fails its test, and so does a wrong expectation."""
    policy_file = load(folder(tmp_path, ("plain", "x"), ("key", "y"), ("gone", "y")))
    (tmp_path / "rules" / "gone.yml").write_bytes(b"\xff")
    found = {Path(file.path).name: file for file in policy_report(policy_file).files}
    assert (found["gone_test.yml"].outcome, found["gone_test.yml"].reason) == (Outcome.FAIL, UNREADABLE)
    assert found["key_test.yml"].outcome is Outcome.UNKNOWN
    assert run_of(policy_report(policy_file), policy_file).outcome is Outcome.FAIL


def test_a_test_file_of_vmalert_tool_is_unknown(tmp_path: Path) -> None:
    """Promtool does not know the key metricsql_expr_test.

    With the dialect of Prometheus, promtool fails it, with a hint.
    """
    policy = folder(tmp_path, ("plain", "x"))
    test = tmp_path / "tests" / "plain_test.yml"
    test.write_text(test.read_text(encoding="utf-8").replace("promql_expr", "metricsql_expr"), encoding="utf-8")
    (file,) = policy_report(load(policy)).files
    assert (file.outcome, file.promtool, file.reason) == (Outcome.UNKNOWN, None, VMALERT_ONLY)
    assert file.detail.startswith(f"{test}:6:5: promtool cannot read this test file")
    policy.write_text(POLICY.replace("dialect: victoriametrics, ", ""), encoding="utf-8")
    (file,) = policy_report(load(policy)).files
    assert (file.outcome, file.promtool) == (Outcome.FAIL, False)
    assert "the key 'metricsql_expr_test' belongs to vmalert-tool" in file.detail


def test_without_the_dialect_promtool_fails_and_the_hint_names_it(tmp_path: Path) -> None:
    """Without a policy the dialect is that of Prometheus."""
    folder(tmp_path, ("key", "y"))
    (file,) = places_report((str(tmp_path / "tests"),), ()).files
    assert (file.outcome, file.promtool) == (Outcome.FAIL, False)
    assert "write 'prometheus: {dialect: victoriametrics}' in the policy" in file.detail


@pytest.mark.parametrize(("tested", "code"), [(("key", "y"), 3), (("metricsql", "z"), 3), (("plain", "x"), 0)])
def test_tests_named_by_path_take_the_dialect_of_the_policy(
    tested: tuple[str, str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The policy counts only where --policy names it."""
    policy = folder(tmp_path, tested)
    with pytest.raises(SystemExit) as ended:
        main(["test", str(tmp_path / "tests"), "--policy", str(policy), "--no-cache"])
    assert ended.value.code == code
    out = capsys.readouterr().out
    assert ("UNKNOWN: 0 of 1 test files pass" in out) == (code == 3)
    assert ("vmalert-tool unittest" in out) == (code == 3)


def test_a_missed_minimum_is_a_failure_and_not_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code agrees with the last line."""
    policy = folder(tmp_path, ("key", "y"), ("plain", "x"))
    with pytest.raises(SystemExit) as ended:
        main(["test", "--policy", str(policy), "--no-cache", "--min-coverage", "50"])
    assert ended.value.code == 1
    assert "\nFAIL: 1 of 2 test files pass" in capsys.readouterr().out


def test_coverage_lists_rules_that_promtool_cannot_read(tmp_path: Path) -> None:
    """The coverage of such rules is unknown."""
    policy_file = load(folder(tmp_path, ("plain", "x")))
    report = policy_report(policy_file)
    assert report.outcome is Outcome.PASS
    rules = sorted((tmp_path / "rules").iterdir())
    whole = measured(report, rules, installed_promtool(), budget=Budget(), dialect=Dialect.VICTORIA_METRICS)
    assert whole.coverage is not None
    assert (whole.coverage.rules, whole.coverage.covered) == (1, 1)
    assert [Path(one.where.path).name for one in whole.coverage.unread if one.where] == ["key.yml", "metricsql.yml"]


def test_the_command_takes_the_dialect_from_the_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A minimum of coverage is not reached while rules cannot be read."""
    policy = folder(tmp_path, ("plain", "x"))
    with pytest.raises(SystemExit) as ended:
        main(["test", "--policy", str(policy), "--no-cache", "--min-coverage", "50"])
    assert ended.value.code == 1
    out = capsys.readouterr().out
    assert "coverage is unknown, because gonogo cannot read all rules" in out
    assert "promtool cannot read this rule file: the key 'concurrency' belongs to vmalert" in out
