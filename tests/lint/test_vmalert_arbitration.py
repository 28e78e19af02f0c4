"""Tests with the real vmalert as arbiter of its own rule files: in a lint, and in the run gate."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.lint.recorded import as_run, lint
from gonogo.lint.request import LintRequest, SecondPromtool
from gonogo.lint.run import NOT_ASKED, Linted, run_lint
from gonogo.model.outcome import Outcome
from gonogo.policy.load import load

pytestmark = [pytest.mark.live, pytest.mark.versions]

POLICY = """\
version: 1
preset: null
realm: prod
prefix: duri
signals: {{x: {{metric: x}}}}
gates: {{own: {{require: [x == 1]}}}}
runs: {{required: [obs-lint]}}
prometheus: {{dialect: {dialect}, config: {config}}}
rules: ["rules/*.yml"]
tests: []
"""
OWN = """\
groups:
- name: own
  concurrency: 2
  rules:
  - record: x
    expr: count(up default 0) by (metric_realm)
    labels: {metric_realm: prod}
"""
OTHER = OWN.replace("record: x", "record: other")
BAD = """\
groups:
- name: own
  concurrency: 2
  rules:
  - record: x
    expr: count(up default 0) by (metric_realm)
    labels: {metric_realm: prod}
  - record: y
    expr: sum(up default
    labels: {metric_realm: prod}
"""
PLAIN = "groups: [{name: plain, rules: [{record: z, expr: sum(up), labels: {metric_realm: prod}}]}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change into a folder with a policy."""
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()
    return tmp_path


def request(dialect: str = "victoriametrics", config: str = "null", **rules: str) -> LintRequest:
    """Write a policy and its rule files."""
    for name, text in rules.items():
        Path("rules", f"{name}.yml").write_text(text, encoding="utf-8")
    Path("gonogo.yaml").write_text(POLICY.format(dialect=dialect, config=config), encoding="utf-8")
    return LintRequest(policy_file=load(Path("gonogo.yaml")))


def refused(linted: Linted) -> list[str]:
    """Return the errors, each with its place and check."""
    return [f"{one.where.start} {one.check}" for one in linted.report.findings if one.severity == "error"]


def without(monkeypatch: pytest.MonkeyPatch, program: str, folder: Path) -> None:
    """Remove a program from ``PATH``. The other programs stay, as links."""
    tools = folder / "tools"
    tools.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for name in ("promtool", "vmalert", "git"):
            if name != program and (Path(place) / name).exists() and not (tools / name).exists():
                (tools / name).symlink_to(Path(place) / name)
    monkeypatch.setenv("PATH", str(tools))


def test_without_vmalert_nothing_decides_and_the_gate_does_not_pass(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is UNKNOWN, and MetricsQL is not called wrong."""
    without(monkeypatch, "vmalert", folder)
    asked = request(own=OWN)
    linted = run_lint(asked)
    assert refused(linted) == []
    assert "vmalert is not installed, so nothing could decide" in linted.undecided
    assert linted.undecided in linted.notes
    assert linted.tools == {}
    done = as_run(linted, asked)
    assert (done.outcome, done.detail) == (Outcome.UNKNOWN, linted.undecided)


def test_a_configuration_beside_the_files_of_vmalert_is_decided_by_nobody() -> None:
    """The gate does not pass. promtool is not asked, because it would refuse the rule files."""
    Path("prometheus.yml").write_text("rule_files: [rules/*.yml]\n", encoding="utf-8")
    done = lint(request(config="prometheus.yml", own=OWN).policy_file or load(Path("gonogo.yaml")))
    assert done.outcome is Outcome.UNKNOWN
    assert "prometheus.yml is valid, because promtool would refuse" in done.detail


def test_what_vmalert_refuses_is_an_error_at_the_rule() -> None:
    """The other files are accepted, and MetricsQL in the refused file is no mistake."""
    linted = run_lint(request(own=OTHER, bad=BAD, plain=PLAIN))
    assert refused(linted) == ["rules/bad.yml:8:5 promtool"]
    (finding,) = (one for one in linted.report.findings if one.check == "promtool")
    assert finding.message.startswith("vmalert")
    assert "refuses this: " in finding.message
    assert "sum(up default" in finding.message


def test_broken_yaml_and_unknown_keys_are_refused() -> None:
    """A refused file does not affect the others."""
    linted = run_lint(request(yaml="groups: [{name: x\n", key=OTHER.replace("concurrency", "query_offset"), own=OWN))
    assert {line.partition(":")[0] for line in refused(linted)} == {"rules/yaml.yml", "rules/key.yml"}


def test_vmalert_accepts_its_own_keys_and_metricsql(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate passes without promtool, and the report says that promtool was not asked."""
    without(monkeypatch, "promtool", folder)
    asked = request(own=OWN, plain=PLAIN)
    linted = run_lint(asked)
    assert refused(linted) == []
    assert NOT_ASKED in linted.notes
    assert set(linted.tools) == {"vmalert"}
    done = as_run(linted, asked)
    assert done.outcome is Outcome.PASS
    assert done.detail.startswith("vmalert accepts 2 rules in 2 files")
    assert [one.check for one in linted.report.findings if one.check == "unread-expression"] == ["unread-expression"]


def test_without_the_dialect_promtool_refuses_the_same_file() -> None:
    """Only the dialect in the policy makes vmalert the arbiter."""
    assert "rules/own.yml:3:3 syntax" in refused(run_lint(request("prometheus", own=OWN)))


def test_files_named_by_path_take_the_dialect_of_the_policy(folder: Path) -> None:
    """Resources are unwrapped, odd file names are not patterns, and a file without rules does not crash the lint."""
    policy_file = request(own=OWN).policy_file
    spec = OTHER.replace("\n", "\n  ")
    Path("x[1].yml").write_text(f"kind: PrometheusRule\nspec:\n  {spec}\n", encoding="utf-8")
    assert refused(run_lint(LintRequest((Path("rules"), Path("x[1].yml")), policy_file))) == []
    Path("empty.yml").write_text("groups: []\n", encoding="utf-8")
    assert [one.check for one in run_lint(LintRequest((Path("empty.yml"),), policy_file)).report.findings] == [
        "rule-files-empty"
    ]
    assert refused(run_lint(LintRequest((folder / "rules",)))) != []


def test_a_second_promtool_is_refused() -> None:
    """A second promtool is a usage error with vmalert's dialect."""
    asked = request(own=OWN)
    with pytest.raises(UsageError, match="second promtool cannot check"):
        run_lint(LintRequest((), asked.policy_file, SecondPromtool(("promtool",))))
