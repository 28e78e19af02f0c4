"""The assertions that a change of a rule can reach, and the rules that those need."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.formats.files import read_rules
from gonogo.formats.test_file import read_unit
from gonogo.model.replacing import replace
from gonogo.ruletests.core.extract import Dependence, Extract

RULES = """\
groups:
  - name: g
    rules:
      - {record: raw, expr: x}
      - {record: sum, expr: sum(raw), labels: {level: high}}
      - {alert: High, expr: 'sum{level="high"} > 5'}
      - {alert: Other, expr: y}
      - {record: odd, expr: 'no > > promql'}
      - {alert: Told, expr: z, annotations: {summary: '{{ query "raw" }}'}}
"""
NAMES = ["raw", "sum", "High", "Other", "odd", "Told"]


def _dependence(tests: str, rules: str = RULES) -> Dependence:
    read = [rule for group in read_rules(rules, "r.yml").groups for rule in group.rules]
    return Dependence(read_unit(f"evaluation_interval: 1m\ntests: [{tests}]", "t.yml"), read)


def _names(extract: Extract) -> list[str]:
    return [NAMES[number] for number in sorted(extract.rules)]


HIGH = "{interval: 1m, alert_rule_test: [{eval_time: 5m, alertname: High}, {eval_time: 5m, alertname: Other}]}"
PLAIN = RULES.replace("      - {record: odd, expr: 'no > > promql'}\n", "").partition("      - {alert: Told")[0]


def test_a_changed_rule_reaches_the_assertions_that_read_it() -> None:
    """A change also reaches through other rules, and everything else is left out."""
    (found,) = _dependence(HIGH, PLAIN).extracts(0)
    assert _names(found) == ["raw", "sum", "High"]
    assert found.assertions == {("tests", 0, "alert_rule_test", 0)}
    assert found.until is None


def test_a_rule_without_an_assertion_gives_no_extract() -> None:
    """A change that no assertion depends on needs no run."""
    assert _dependence("{interval: 1m, alert_rule_test: [{eval_time: 5m, alertname: Other}]}", PLAIN).extracts(1) == ()


def test_an_unreadable_rule_may_read_every_rule() -> None:
    """A rule that is not PromQL, or whose template queries series, stays in."""
    (found,) = _dependence("{interval: 1m, promql_expr_test: [{expr: odd, eval_time: 5m}]}").extracts(3)
    assert "Other" in _names(found)
    (told,) = _dependence("{interval: 1m, alert_rule_test: [{eval_time: 5m, alertname: Told}]}").extracts(0)
    assert _names(told) == NAMES


def test_an_unreadable_assertion_may_depend_on_every_rule() -> None:
    """An assertion that cannot be read stays in, with all rules."""
    (found,) = _dependence("{interval: 1m, promql_expr_test: [{expr: 'x > > 1', eval_time: 5m}]}", PLAIN).extracts(3)
    assert _names(found) == ["raw", "sum", "High", "Other"]


def test_the_rules_that_a_changed_rule_reads_stay_in() -> None:
    """The changed expression reads another rule."""
    dependence = _dependence(HIGH, PLAIN)
    read = [rule for group in read_rules(PLAIN, "r.yml").groups for rule in group.rules]
    (found,) = dependence.extracts(3, replace(read[3], expression="raw > 1"))
    assert _names(found) == ["raw", "Other"]


def test_new_labels_reach_new_readers() -> None:
    """An assertion that reads a rule only with its new labels is reached too."""
    rules = PLAIN.replace("level: high}", "level: low}")
    dependence = _dependence(HIGH, rules)
    assert dependence.extracts(1) == ()
    read = [rule for group in read_rules(rules, "r.yml").groups for rule in group.rules]
    (found,) = dependence.extracts(1, replace(read[1], labels={"level": "high"}))
    assert found.assertions == {("tests", 0, "alert_rule_test", 0)}


@pytest.mark.parametrize(
    ("assertion", "until"),
    [
        ("{expr: sum, eval_time: 5m}", None),
        ("{expr: sum, eval_time: 5m30s}", timedelta(minutes=9)),
        ("{expr: 'sum offset -1m', eval_time: 5m}", timedelta(minutes=9)),
        ("{expr: 'sum @ 400', eval_time: 5m}", timedelta(minutes=9)),
        ("{expr: 'max_over_time(sum[5m:1m] @ end())', eval_time: 5m}", timedelta(minutes=9)),
        ("{expr: 'x > > 1', eval_time: 5m}", timedelta(minutes=9)),
    ],
)
def test_an_assertion_that_looks_ahead_keeps_the_old_end(assertion: str, until: timedelta | None) -> None:
    """The evaluations go on until the old end, because samples after the last evaluation are not loaded."""
    test = f"{{interval: 1m, promql_expr_test: [{assertion}, {{expr: other, eval_time: 9m}}]}}"
    (found,) = _dependence(test, PLAIN).extracts(1)
    assert found.until == until


def test_tests_with_expected_alerts_come_first() -> None:
    """Tests that expect an alert notice most changes. Then the cheap tests come first."""
    firing = "alert_rule_test: [{eval_time: %s, alertname: High, exp_alerts: [{exp_labels: {}}]}]"
    tests = ", ".join(
        f"{{interval: 1m, {one}}}"
        for one in ("alert_rule_test: [{eval_time: 1m, alertname: High}]", firing % "9m", firing % "2m")
    )
    found = _dependence(tests, PLAIN).extracts(1)
    assert [one.test for one in found] == [("tests", 2), ("tests", 1), ("tests", 0)]
