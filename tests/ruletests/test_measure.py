"""Coverage and mutants under the real promtool."""

from __future__ import annotations

import json
import os
import shutil
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from gonogo.cli.main import main
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.programs.promtool import installed_promtool
from gonogo.rulepack.assemble import pack
from gonogo.ruletests.check import places_report
from gonogo.ruletests.core.report import FileReport, UnitReport
from gonogo.ruletests.core.suite import Known, MutantFate, MutantQuestion, Suite, suite
from gonogo.ruletests.core.trial import Trial, TrialOutcome
from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.measure import Budget, measured
from gonogo.ruletests.trials import Trials, answers
from tests.rulepack.policies import INTERVAL, preset_policy
from tests.rulepack.promtool import laid_out

RULES = """\
groups:
  - name: g
    rules:
      - {record: a, expr: 'x > 5'}
      - {alert: High, expr: 'a > 7', for: 2m, labels: {severity: page}}
      - {record: unread, expr: y}
"""
TESTS = """\
rule_files: [../rules/r.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{series: x, values: 8x9}]
    alert_rule_test:
      - {eval_time: 1m, alertname: High}
      - {eval_time: 2m, alertname: High, exp_alerts: [{exp_labels: {severity: page}}]}
"""


def _folder(tmp_path: Path, rules: str = RULES, tests: str = TESTS) -> Path:
    for name, text in (("rules/r.yml", rules), ("tests/a_test.yml", tests)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _measured(folder: Path, budget: Budget | None = None, minimum: int | None = None) -> UnitReport:
    rules = (folder / "rules",)
    least = None if minimum is None else Decimal(minimum)
    report = places_report([str(folder / "tests")], rules)
    return measured(report, rules, installed_promtool(), minimum=least, budget=budget)


def _suite(folder: Path) -> Suite:
    return suite([load_test(folder / "tests/a_test.yml", RulePlaces())])


def _uncovered(report: UnitReport) -> list[tuple[str, str]]:
    assert report.coverage is not None
    return [(one.rule.name, one.why) for one in report.coverage.uncovered]


def test_a_rule_is_uncovered_if_no_test_needs_it(tmp_path: Path) -> None:
    """The reason is reported, and a rule that another rule reads is covered through that rule."""
    (_folder(tmp_path) / "rules/lone.yml").write_text("groups: [{name: l, rules: [{record: lone, expr: z}]}]")
    report = _measured(tmp_path, minimum=60)
    assert _uncovered(report) == [("unread", "no assertion depends on it"), ("lone", "no test file loads it")]
    assert report.coverage is not None
    assert (report.coverage.rules, report.coverage.covered, report.coverage.percent) == (4, 2, "50")
    assert report.outcome is Outcome.FAIL
    assert report.of_files is Outcome.PASS


def test_an_alert_that_is_only_expected_to_be_quiet_is_uncovered(tmp_path: Path) -> None:
    """An alert that tests only expect not to fire does not fire without its rule either."""
    report = _measured(_folder(tmp_path, tests=TESTS.rpartition("      - {")[0]))
    assert _uncovered(report)[:2] == [
        ("a", "every assertion that depends on it passes without it as well"),
        ("High", "no assertion expects it to fire"),
    ]
    assert report.coverage is not None
    assert [rule.name for rule in report.coverage.alerts_without_firing] == ["High"]
    assert report.coverage.alerts_without_quiet == ()


def test_a_twin_that_no_test_needs_is_uncovered(tmp_path: Path) -> None:
    """Without the first of two equal records, the rules that read them get the value a minute later."""
    twice = RULES + "      - {record: a, expr: 'x>5'}\n"
    report = _measured(_folder(tmp_path, twice))
    assert report.coverage is not None
    assert [[rule.where.line for rule in same] for same in report.coverage.duplicates] == [[4, 7]]
    assert (report.coverage.rules, report.coverage.covered) == (4, 2)
    assert _uncovered(report)[1:] == [("a", "an identical rule gives the same result")]
    assert [one.rule.where.line for one in report.coverage.uncovered] == [6, 7]


def test_twins_that_a_test_needs_are_covered(tmp_path: Path) -> None:
    """Without one of its two rules an alert comes once and not twice. The twins are listed."""
    high = RULES.splitlines(keepends=True)[4]
    expected = "{exp_labels: {severity: page}}"
    folder = _folder(tmp_path, RULES + high, TESTS.replace(expected, f"{expected}, {expected}"))
    report = _measured(folder, minimum=75)
    assert report.coverage is not None
    assert [[rule.name for rule in same] for same in report.coverage.duplicates] == [["High", "High"]]
    assert [name for name, _ in _uncovered(report)] == ["unread"]
    assert report.outcome is Outcome.PASS


def test_unreadable_rules_are_listed_and_fail_a_minimum(tmp_path: Path) -> None:
    """The number of unreadable rules is unknown, so no percentage is reached."""
    (_folder(tmp_path) / "rules/notes.yml").write_bytes(b"\xff")
    report = _measured(tmp_path, minimum=1)
    assert report.coverage is not None
    (problem,) = report.coverage.unread
    assert str(problem).startswith(f"{tmp_path}/rules/notes.yml:1:1: this is no UTF-8 text")
    assert (report.coverage.covered, report.outcome) == (2, Outcome.FAIL)


def test_a_rule_file_with_two_names_counts_once(tmp_path: Path) -> None:
    """A file with two names counts once, and its rules are covered under either name."""
    (_folder(tmp_path) / "rules/link.yml").symlink_to("r.yml")
    coverage = _measured(tmp_path).coverage
    assert coverage is not None
    assert (coverage.rules, coverage.covered, coverage.duplicates) == (3, 2, ())


def test_a_test_that_fails_covers_nothing(tmp_path: Path) -> None:
    """Only a test file that passes twice without a change can cover a rule."""
    report = _measured(_folder(tmp_path, tests=TESTS.replace("eval_time: 2m", "eval_time: 1m")))
    assert report.coverage is not None
    assert report.coverage.failing == (str(tmp_path / "tests/a_test.yml"),)
    assert ("High", "every test file that loads it fails") in _uncovered(report)


def test_a_test_that_passed_once_is_flaky(tmp_path: Path) -> None:
    """Either of the two runs may be the one that passed."""
    path = str(_folder(tmp_path) / "tests/a_test.yml")
    coverage = measured(UnitReport((FileReport(path, False),)), (), installed_promtool()).coverage
    assert coverage is not None
    assert (coverage.flaky, coverage.failing, coverage.covered) == ((path,), (), 0)


def test_mutants_that_no_test_notices_are_listed(tmp_path: Path) -> None:
    """Survivors are listed with the assertion that kills them, and uncovered rules have no mutants."""
    mutants = _measured(_folder(tmp_path), Budget()).mutants
    assert mutants is not None
    assert [rule.name for rule in mutants.uncovered] == ["unread"]
    told = [(one.rule.name, one.change) for one in mutants.survived]
    assert ("High", "the comparison `>` becomes `>=`") in told
    assert ("a", "the threshold `5` becomes `6`") in told
    assert ("High", "`for` is dropped") not in told
    assert ("High", "the threshold `7` becomes `8`") not in told
    assert mutants.made == mutants.killed + len(mutants.survived)
    assert (mutants.stillborn, mutants.not_run, mutants.passed) == (0, 0, False)


NOTHING_TO_CHANGE = """\
rule_files: [../rules/r.yml]
tests:
  - interval: 1m
    input_series: [{series: y, values: 1x3}]
    promql_expr_test: [{expr: unread, eval_time: 1m, exp_samples: [{labels: unread, value: 1}]}]
"""


@pytest.mark.parametrize(
    ("rules", "tests", "words"),
    [
        ("groups: [{name: g, rules: []}]", TESTS, "there is no rule"),
        (RULES, TESTS.rpartition("      - {")[0], "no test covers a rule"),
        ("groups: [{name: g, rules: [{record: unread, expr: y}]}]", NOTHING_TO_CHANGE, "nothing in them that could be"),
        (
            f"groups: [{{name: g, rules: [{{record: unread, expr: '{'-' * 202}y'}}]}}]",
            NOTHING_TO_CHANGE,
            "cannot be read or have nothing in them",
        ),
    ],
)
def test_a_run_without_a_mutant_fails_with_a_reason(tmp_path: Path, rules: str, tests: str, words: str) -> None:
    """A run without a mutant fails and gives the reason."""
    mutants = _measured(_folder(tmp_path, rules, tests), Budget()).mutants
    assert mutants is not None
    assert (mutants.made, mutants.passed) == (0, False)
    assert words in mutants.untried


def test_an_argument_permits_a_survivor(tmp_path: Path) -> None:
    """The mutant is listed with its reason. An argument without a reason is a problem."""
    before = _measured(_folder(tmp_path), Budget()).mutants
    assert before is not None
    first, *rest = before.survived
    lines = [f"# gonogo: survives {first.mutant} it may", f"# gonogo: survives {rest[0].mutant}"]
    after = _measured(_folder(tmp_path, tests="\n".join([*lines, TESTS])), Budget()).mutants
    assert after is not None
    assert [(one.mutant, one.argument) for one in after.argued] == [(first.mutant, "it may")]
    assert [problem.message for problem in after.problems] == [f"there is no reason why {rest[0].mutant} may survive"]


def test_the_same_seed_gives_the_same_order(tmp_path: Path) -> None:
    """The same seed gives the same order, and mutants that did not run are counted."""
    folder = _folder(tmp_path)
    none = _measured(folder, Budget(timedelta(0), 7)).mutants
    assert none is not None
    assert (none.killed, none.survived, none.seed) == (0, (), 7)
    assert none.not_run == none.made > 0
    assert (none.passed, none.untried) == (False, "there was no time to try one")
    first, second = (_measured(folder, Budget()).mutants for _ in range(2))
    assert first is not None
    assert second is not None
    assert replace(first, seconds=0) == replace(second, seconds=0)


def test_rules_that_promtool_refuses_are_stillborn(tmp_path: Path) -> None:
    """Stillborn mutants are neither killed nor survivors."""
    whole = _suite(_folder(tmp_path))
    rule = whole.rules[0]
    question = MutantQuestion(whole.sheets, rule, replace(rule.rule, expression="x > > 5"))
    assert [answer for _, answer in answers([question], Trials(installed_promtool()))] == [MutantFate.STILLBORN]


def test_a_known_trial_is_not_run_again(tmp_path: Path) -> None:
    """Trials of the same content have the same outcome."""
    whole = _suite(_folder(tmp_path))
    trials = Trials(installed_promtool())
    first = [answer for _, answer in answers([MutantQuestion(whole.sheets, rule) for rule in whole.rules], trials)]
    count = len(trials.known)
    late = time.monotonic() - 1
    again = answers([MutantQuestion(whole.sheets, rule) for rule in whole.rules], trials, until=late)
    assert list(again) == []
    second = [answer for _, answer in answers([MutantQuestion(whole.sheets, rule) for rule in whole.rules], trials)]
    assert sorted(first) == sorted(second) == [MutantFate.NOTICED, MutantFate.NOTICED, MutantFate.UNNOTICED]
    assert len(trials.known) == count


def test_a_crash_of_promtool_affects_only_its_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trials without a verdict run again, each by itself. A trial that has no verdict again is refused."""
    whole = _suite(_folder(tmp_path))
    real = shutil.which("promtool")
    fake = tmp_path / "bin/promtool"
    fake.parent.mkdir()
    fake.write_text(
        f'#!/bin/sh\n[ $# -gt 3 ] && exit 2\ngrep -q unread "$(dirname "$3")/0.yml" && exit 2\nexec {real} "$@"\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    high = whole.rules[1]
    spoilt = replace(high.rule, expression="unread > 7")
    asked = [
        MutantQuestion(whole.sheets, high, changed)
        for changed in (None, replace(high.rule, expression="x > 7"), spoilt)
    ]
    told = {id(question): answer for question, answer in answers(asked, Trials(installed_promtool()), at_once=1)}
    assert [told[id(one)] for one in asked] == [MutantFate.NOTICED, MutantFate.UNNOTICED, MutantFate.STILLBORN]


class _Whole(MutantQuestion):
    """A question that runs whole test files, without extracts."""

    def ask(self, known: Known) -> MutantFate | tuple[Trial, ...]:
        """Return the answer, or the next whole trial."""
        for trial in self.whole_trials():
            if trial.key not in known:
                return (trial,)
            if known[trial.key] is not TrialOutcome.PASSED:
                return MutantFate.NOTICED
        return MutantFate.UNNOTICED


def test_a_part_notices_the_changes_that_the_whole_file_notices(tmp_path: Path) -> None:
    """A part notices a removed or changed rule if and only if the whole file does."""
    policy = preset_policy()
    folder = laid_out(pack(policy, INTERVAL), tmp_path, policy.prefix)
    path = folder / "tests/duri_heartbeat_test.yml"
    whole = suite([load_test(path, RulePlaces())])
    loading = whole.loading([str(path)])
    rules = [rule for rule in whole.rules if "heartbeat" in rule.rule.name]
    changes = [(rule, changed) for rule in rules for changed in (None, replace(rule.rule, expression="vector(0)"))]

    def fates(kind: type[MutantQuestion]) -> dict[tuple[str, bool], MutantFate]:
        asked = [kind(loading[rule.id], rule, changed) for rule, changed in changes]
        found = answers(asked, Trials(installed_promtool()))
        return {(str(q.rule.tested), q.changed is None): answer for q, answer in found}

    parts, wholes = fates(MutantQuestion), fates(_Whole)
    assert len(parts) == len(changes)
    assert parts == wholes


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--coverage"], 0),
        (["--min-coverage", "66.6"], 0),
        (["--min-coverage", "66.7%"], 1),
        (["--mutants", "--for", "60s", "--seed", "3"], 1),
        (["--min-coverage", "101"], 2),
        (["--min-coverage", "many"], 2),
        (["--mutants", "--for", "soon"], 2),
        (["--for", "60s"], 2),
    ],
)
def test_the_exit_code_shows_if_the_measures_are_reached(
    tmp_path: Path, options: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A malformed option has the exit code 2."""
    folder = _folder(tmp_path)
    places = [str(folder / "tests"), "--rules", str(folder / "rules"), "--no-cache", "--format", "json"]
    with pytest.raises(SystemExit) as left:
        main(["test", *places, *options])
    assert left.value.code == code
    if code in {0, 1}:
        document = json.loads(capsys.readouterr().out)
        assert document["coverage"]["percent"] == "66.6"
        assert (document["mutants"] is not None) is ("--mutants" in options)
