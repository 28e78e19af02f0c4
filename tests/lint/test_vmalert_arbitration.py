"""Tests with the real vmalert as arbiter of its own rule files: in a lint, and in the run gate."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.formats.dialect import Dialect
from gonogo.formats.sources import source_file
from gonogo.lint.recorded import as_run, lint
from gonogo.lint.request import AskedPromtool, LintRequest
from gonogo.lint.run import NOT_ASKED, Linted, run_lint
from gonogo.lint.vmalert_arbitration import vmalert_judgement
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


def test_without_vmalert_the_run_is_unknown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate does not pass, and MetricsQL is not called wrong."""
    without(monkeypatch, "vmalert", folder)
    asked = request(own=OWN)
    linted = run_lint(asked)
    assert refused(linted) == []
    assert "vmalert is not installed, so nothing could decide" in linted.undecided
    assert linted.undecided in linted.notes
    assert linted.tools == {}
    done = as_run(linted, asked)
    assert (done.outcome, done.detail) == (Outcome.UNKNOWN, linted.undecided)


def test_a_configuration_next_to_vmalert_rules_makes_the_run_unknown() -> None:
    """The gate does not pass. promtool is not asked, because it would refuse the rule files."""
    Path("prometheus.yml").write_text("rule_files: [rules/*.yml]\n", encoding="utf-8")
    done = lint(request(config="prometheus.yml", own=OWN).policy_file or load(Path("gonogo.yaml")))
    assert done.outcome is Outcome.UNKNOWN
    assert "prometheus.yml is valid, because promtool would refuse" in done.detail


def test_a_rule_that_vmalert_refuses_is_an_error_at_its_place() -> None:
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
        run_lint(LintRequest((), asked.policy_file, AskedPromtool(("promtool",))))


START = '2026-11-28T19:30:31.065Z\tinfo\tVictoriaMetrics/lib/logger/flag.go:20\tflag "dryRun"="true"\n'
OLD = "2026-11-28T19:30:31.078Z\tfatal\tVictoriaMetrics/app/vmalert/main.go:98\tfailed to parse {}: "
NEW = OLD + "failed to parse [0.yml 1.yml]: "
EXPRESSION = 'bad {} expr: "sum(up", err: argList: unexpected token ""; want ",", ")"; unparsed data: ""'
TEXT = """\
groups:
- name: own
  rules:
  - alert: Bad
    expr: up
  - alert: Bad
    expr: sum(up
- name: other
  rules: [{record: fine, expr: up}]
"""
ASKED = {
    "0.yml": source_file(TEXT, "rules/a.yml", Dialect.VICTORIA_METRICS),
    "1.yml": source_file(TEXT, "rules/b.yml", Dialect.VICTORIA_METRICS),
}


def told(output: str) -> tuple[list[str], set[str]]:
    """Return the refusals of a failed run, each with its place, and the accepted files."""
    arbiter = vmalert_judgement(output, "1.145.0", ASKED, passed=False)
    return [f"{one.where.start}: {one.message} ({one.rule})" for one in arbiter.refusals], set(arbiter.accepted)


@pytest.mark.parametrize("output", ["", START, f"{START}panic: runtime error", OLD.format("x") + "no such thing"])
def test_a_failure_that_names_no_file_refuses_every_file(output: str) -> None:
    """The faulty file is not known, so none is accepted."""
    refused, accepted = told(output)
    assert accepted == set()
    assert [one.partition(": ")[0] for one in refused] == ["rules/a.yml:1:1", "rules/b.yml:1:1"]
    assert all("did not say which file is to blame" in one for one in refused)


@pytest.mark.parametrize("second", ["something new", 'failed to parse file "/elsewhere.yml": no'])
def test_an_error_that_is_counted_and_not_understood_refuses_every_file(second: str) -> None:
    """One of two errors names a file, and the other may be in any file."""
    refused, accepted = told(f'{START}{NEW}errors(2): \nfailed to parse file "0.yml": yaml: line 3: odd\n{second}\n')
    assert accepted == set()
    assert refused[0] == "rules/a.yml:3:1: yaml: line 3: odd" + (f"\n{second} ()" if "new" in second else " ()")
    assert len(refused) == 3


def test_each_file_is_refused_at_the_rule_or_the_line() -> None:
    """Both versions name the rule. The expression distinguishes two rules of one name."""
    old = OLD + 'errors(1): invalid group "own" in file "0.yml": invalid expression for rule "own"."Bad": '
    new = NEW + 'errors(1): \ninvalid group "own" in file "0.yml": invalid expression for rule "Bad": '
    for words, engine in ((old, "prometheus"), (new, "MetricsQL")):
        said = EXPRESSION.format(engine)
        refused, accepted = told(START + words + said)
        assert refused[0].startswith("rules/a.yml:6:5: invalid expression for rule")
        assert refused[0].endswith(f"{said} (Bad)")
        assert (len(refused), accepted) == (1, {"rules/b.yml"})


def test_a_rule_without_its_expression_is_the_first_of_its_name() -> None:
    """A rule of another group does not count, and an impossible line becomes line 1."""
    begin = f"{START}{OLD}errors(3): "
    unknown = 'invalid group "own" in file "0.yml": invalid rule "own"."Bad": unknown fields in rule: bar'
    foreign = 'invalid group "other" in file "0.yml": invalid rule "Bad": odd'
    beyond = 'failed to parse file "1.yml": yaml: unmarshal errors:\n  line 99: odd'
    refused, accepted = told("\n".join((begin + unknown, foreign, beyond)))
    assert [one.partition(" ")[0] for one in refused] == ["rules/a.yml:4:5:", "rules/a.yml:1:1:", "rules/b.yml:1:1:"]
    assert accepted == set()


def test_a_run_that_passes_accepts_every_file() -> None:
    """The exit code decides."""
    arbiter = vmalert_judgement(START, "", ASKED, passed=True)
    assert (arbiter.name, arbiter.refusals) == ("vmalert", ())
    assert arbiter.accepted == {"rules/a.yml", "rules/b.yml"}
