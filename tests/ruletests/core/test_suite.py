"""Questions about mutants, and the trials that answer them."""

from __future__ import annotations

from gonogo.formats.files import read_rules
from gonogo.formats.yaml import parse
from gonogo.model.replacing import replace
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion, Sheet, suite
from gonogo.ruletests.core.trial import Trial, TrialOutcome
from tests.ruletests.core.loading import load_files

RULES = """\
groups:
  - name: g
    rules:
      - {record: a, expr: x}
      - {alert: High, expr: a > 5}
      - {alert: Other, expr: y}
"""
OTHERS = "groups: [{name: h, rules: [{record: lone, expr: z}]}]\n"
TESTS = """\
rule_files: [r.yml, o.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series: [{series: x, values: 1x9}]
    alert_rule_test:
      - {eval_time: 5m, alertname: High}
      - {eval_time: 5m, alertname: Other}
  - promql_expr_test:
      - {expr: a, eval_time: 90s, exp_samples: [{labels: a, value: 1}]}
      - {expr: other, eval_time: 5m}
"""
PASSED, FAILED, REFUSED = TrialOutcome.PASSED, TrialOutcome.FAILED, TrialOutcome.REFUSED


def _sheet() -> Sheet:
    (sheet,) = suite([load_files({"r.yml": RULES, "o.yml": OTHERS}, TESTS)]).sheets
    return sheet


def _asked(question: MutantQuestion, known: dict[str, TrialOutcome]) -> tuple[Trial, ...]:
    asked = question.ask(known)
    assert isinstance(asked, tuple)
    return asked


def test_a_part_has_one_test_and_its_rules() -> None:
    """The first part to run is the one that expects something."""
    sheet = _sheet()
    part, changed = _asked(MutantQuestion([sheet], sheet.rules[0]), {})
    assert parse(part.test, "").value == {
        "evaluation_interval": "1m",
        "rule_files": ["0.yml"],
        "tests": [
            {
                "promql_expr_test": [
                    {"expr": "a", "eval_time": "90s", "exp_samples": [{"labels": "a", "value": 1}]},
                    {"expr": "vector(1)", "eval_time": "5m", "exp_samples": [{"labels": "{}", "value": 1}]},
                ]
            }
        ],
    }
    assert [rule.name for rule in read_rules(part.rules[0], "").groups[0].rules] == ["a"]
    assert changed.test == part.test
    assert changed.rules == ("groups: []\n",)
    assert part.key != changed.key


def test_a_change_is_noticed_if_its_trial_fails() -> None:
    """After a trial that fails, no further trial runs."""
    sheet = _sheet()
    question = MutantQuestion([sheet], sheet.rules[0])
    part, changed = _asked(question, {})
    assert _asked(question, {part.key: PASSED}) == (changed,)
    assert question.ask({part.key: PASSED, changed.key: FAILED}) is MutantFate.NOTICED
    assert MutantQuestion([sheet], sheet.rules[0]).ask({part.key: PASSED, changed.key: REFUSED}) is MutantFate.STILLBORN


def test_a_change_is_unnoticed_when_every_trial_passes() -> None:
    """The tests run one after the other until all have passed."""
    sheet = _sheet()
    question = MutantQuestion([sheet], sheet.rules[0], replace(sheet.rules[0].rule, expression="x + 0"))
    known: dict[str, TrialOutcome] = {}
    tests: set[str] = set()
    while isinstance(asked := question.ask(known), tuple):
        tests.update(one.test for one in asked)
        known |= {one.key: PASSED for one in asked}
    assert asked is MutantFate.UNNOTICED
    assert len(tests) == 2
    assert any("High" in test and "Other" not in test for test in tests)


def test_the_whole_file_runs_if_a_part_does_not_pass() -> None:
    """The part runs unchanged first."""
    sheet = _sheet()
    question = MutantQuestion([sheet], sheet.rules[0])
    part, _ = _asked(question, {})
    (whole,) = _asked(question, {part.key: FAILED})
    assert whole.test == TESTS.replace("r.yml, o.yml", '"0.yml", "1.yml"')
    assert [rule.name for rule in read_rules(whole.rules[0], "").groups[0].rules] == ["High", "Other"]
    assert whole.rules[1] == OTHERS
    assert question.ask({part.key: FAILED, whole.key: FAILED}) is MutantFate.NOTICED


def test_a_rule_that_no_assertion_depends_on_is_unnoticed_at_once() -> None:
    """A rule that no assertion depends on needs no run."""
    sheet = _sheet()
    assert MutantQuestion([sheet], sheet.rules[3]).ask({}) is MutantFate.UNNOTICED


def test_each_whole_file_runs_once() -> None:
    """Each whole file runs once, even if the change can reach many of its parts."""
    sheet = _sheet()
    question = MutantQuestion([sheet], sheet.rules[0])
    assert [trial.rules for trial in question.whole_trials()] == [sheet.changed_whole(sheet.rules[0], None).rules]
