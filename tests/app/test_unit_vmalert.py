"""Tests of rules that vmalert evaluates: promtool runs those that it can read, and no other one passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.app.unit import policy_report, run_of
from gonogo.app.unit_measure import Measures, measured
from gonogo.app.unit_mutants import Budget
from gonogo.cli.main import main
from gonogo.model.outcome import Outcome
from gonogo.policy.load import load
from gonogo.prometheus.installed_promtool import installed_promtool
from gonogo.rules.dialect import Dialect
from gonogo.unit.report import UNREADABLE

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
    """Write a policy with three rule files, and a test of each that is named."""
    for name, text in RULES.items():
        (root / "rules").mkdir(exist_ok=True)
        (root / "rules" / f"{name}.yml").write_text(text, encoding="utf-8")
    (root / "tests").mkdir()
    for name, metric in tested:
        (root / "tests" / f"{name}_test.yml").write_text(TEST.format(name, metric), encoding="utf-8")
    (root / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    return root / "gonogo.yaml"


def test_what_promtool_cannot_read_never_passes_and_the_rest_goes_on(tmp_path: Path) -> None:
    """Each such test says why; the gate does not pass."""
    policy_file = load(folder(tmp_path, ("plain", "x"), ("key", "y"), ("metricsql", "z")))
    report = policy_report(policy_file)
    found = {Path(file.path).name: file for file in report.files}
    assert found["plain_test.yml"].outcome is Outcome.PASS
    for name, why in (("key", "the key 'concurrency' belongs to vmalert"), ("metricsql", "z is not PromQL")):
        file = found[f"{name}_test.yml"]
        assert (file.outcome, file.promtool, file.reason) == (Outcome.FAIL, None, UNREADABLE)
        assert "promtool cannot read this rule file" in file.detail
        assert why in file.detail
    run = run_of(report, policy_file)
    assert run.outcome is Outcome.FAIL
    assert "promtool cannot read this rule file" in "\n".join(run.findings)


def test_coverage_and_mutants_count_them_as_unread(tmp_path: Path) -> None:
    """Nobody knows what part of such rules is covered."""
    policy_file = load(folder(tmp_path, ("plain", "x")))
    report = policy_report(policy_file)
    assert report.outcome is Outcome.PASS
    rules = sorted((tmp_path / "rules").iterdir())
    asked = Measures(mutants=Budget())
    whole = measured(report, rules, asked, installed_promtool(), dialect=Dialect.VICTORIA_METRICS)
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
    assert "nobody knows whether 50 % are covered: not all rules can be read" in out
    assert "promtool cannot read this rule file: the key 'concurrency' belongs to vmalert" in out
