"""The alerts that a test expects to fire, and those that it expects not to fire."""

from __future__ import annotations

import pytest

from gonogo.formats.test_file import read_unit
from gonogo.formats.yaml import parse
from gonogo.model.rule import Rule, RuleKind
from gonogo.ruletests.core.firing import expects_firing, expects_quiet, pending_problems, probing, suspects
from gonogo.ruletests.core.loaded import Loaded
from tests.ruletests.core.loading import load_text

DOWN = Rule(RuleKind.ALERT, "Down", "up == 0", {"severity": "page", "team": "{{ $labels.team }}"})


def _expectations(assertions: str, rule: Rule = DOWN) -> tuple[bool, bool]:
    unit = read_unit(f"tests: [{{interval: 1m, {assertions}}}]", "t.yml")
    return expects_firing([unit], rule), expects_quiet([unit], rule)


@pytest.mark.parametrize(
    ("assertions", "told"),
    [
        ("alert_rule_test: []", (False, False)),
        ("alert_rule_test: [{eval_time: 1m, alertname: Other}]", (False, False)),
        ("alert_rule_test: [{eval_time: 1m, alertname: Down}]", (False, True)),
        ("alert_rule_test: [{alertname: Down, exp_alerts: [{exp_labels: {severity: page, a: b}}]}]", (True, False)),
        ("alert_rule_test: [{alertname: Down, exp_alerts: [{exp_labels: {severity: info}}]}]", (False, True)),
        ("promql_expr_test: [{expr: 'ALERTS{alertname=\"Down\"}', exp_samples: [{labels: ALERTS}]}]", (True, False)),
        ("promql_expr_test: [{expr: 'ALERTS{alertname=\"Down\"}'}]", (False, True)),
        ("promql_expr_test: [{expr: 'ALERTS{alertname=\"Other\"}'}]", (False, False)),
        ("promql_expr_test: [{expr: 'ALERTS{alertstate=\"pending\"}'}]", (False, False)),
        ("promql_expr_test: [{expr: 'up'}, {expr: 'sum(ALERTS)'}, {expr: 'no > > promql'}]", (False, False)),
    ],
)
def test_an_assertion_expects_an_alert_to_fire_or_not(assertions: str, told: tuple[bool, bool]) -> None:
    """Alerts of one name are distinguished by the labels that their rules give them."""
    assert _expectations(assertions) == told


def test_a_recording_rule_never_fires() -> None:
    """A recording rule is never an alert, even with the alert's name."""
    assert _expectations("alert_rule_test: [{alertname: Down}]", Rule(RuleKind.RECORD, "Down", "1")) == (False, False)


RULES = "[{name: a, rules: [{alert: Slow, expr: x > 1, for: 5m}, {alert: Quick, expr: x > 1}]}]"


def loaded(*assertions: str) -> Loaded:
    """Load one test with these assertions of alerts."""
    series = "input_series: [{series: x, values: 2x9}]"
    return load_text(
        RULES, f"tests: [{{name: n, interval: 1m, {series}, alert_rule_test: [{', '.join(assertions)}]}}]\n"
    )


def test_only_waiting_alerts_that_never_fire_are_suspects() -> None:
    """Alerts without ``for``, alerts that a test sees fire, and misspelt names are no suspects."""
    assert suspects(loaded("{alertname: Quick}", "{alertname: Solw}")) == ()
    assert suspects(loaded("{alertname: Slow}", "{alertname: Slow, eval_time: 5m, exp_alerts: [{}]}")) == ()
    (one,) = suspects(loaded("{alertname: Slow, eval_time: 3m}"))
    assert one.query == 'ALERTS{alertname="Slow", alertstate="pending", gonogo_probe!="0"}'


def test_alerts_of_one_name_are_distinguished_by_their_labels() -> None:
    """The labels are those of the rules, and equal labels get one probe."""
    held = "{alert: Slow, expr: x > 1, for: 5m, labels: {severity: page, at: '{{ $value }}'}}"
    rules = f"[{{name: a, rules: [{{alert: Slow, expr: x > 1, labels: {{severity: info}}}}, {held}, {held}]}}]"
    info = "{eval_time: 3m, alertname: Slow, exp_alerts: [{exp_labels: {severity: info}}]}"
    tests = f"tests: [{{interval: 1m, input_series: [], alert_rule_test: [{info}]}}]\n"
    (one,) = suspects(load_text(rules, tests))
    assert one.query == 'ALERTS{alertname="Slow", severity="page", alertstate="pending", gonogo_probe!="0"}'
    assert one.alert == 'Slow{severity="page"}'
    page = info.replace("info", "page").replace("3m", "9m")
    assert suspects(load_text(rules, tests.replace(info, f"{info}, {page}"))) == ()


def test_the_probing_file_has_a_probe_for_each_suspect() -> None:
    """Each suspect gets a probe in its test, at its time, with the same input."""
    one = loaded("{alertname: Slow, eval_time: 3m}", "{alertname: Slow, eval_time: 4m}")
    suspected = suspects(one)
    written = parse(probing(one, suspected).test, "").value
    assert isinstance(written, dict)
    (test,) = written["tests"]
    assert [probe["eval_time"] for probe in test["promql_expr_test"]] == ["3m", "4m"]
    assert [probe["expr"] for probe in test["promql_expr_test"]] == [suspect.query for suspect in suspected]
    assert "alert_rule_test" not in test
    assert (test["name"], test["interval"]) == ("n", "1m")


def test_a_pending_suspect_is_a_problem() -> None:
    """The number in promtool's output names the suspect."""
    suspected = suspects(loaded("{alertname: Slow, eval_time: 3m}", "{alertname: Slow, eval_time: 4m}"))
    words = r'    expr: "ALERTS{alertname=\"Slow\", alertstate=\"pending\", gonogo_probe!=\"1\"}", time: 4m,'
    (problem,) = pending_problems(suspected, words)
    assert problem.message.startswith("Slow is expected not to fire at 4m, but it is pending then")
