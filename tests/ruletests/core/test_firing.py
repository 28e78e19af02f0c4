"""The alerts that a test expects to fire, and those that it expects not to fire."""

from __future__ import annotations

import pytest

from gonogo.formats.test_file import read_unit
from gonogo.model.rule import Rule, RuleKind
from gonogo.ruletests.core.firing import expects_firing, expects_quiet

DOWN = Rule(RuleKind.ALERT, "Down", "up == 0", {"severity": "page", "team": "{{ $labels.team }}"})


def _told(assertions: str, rule: Rule = DOWN) -> tuple[bool, bool]:
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
def test_what_an_assertion_says_of_an_alert(assertions: str, told: tuple[bool, bool]) -> None:
    """Alerts of one name are distinguished by the labels that their rules give them."""
    assert _told(assertions) == told


def test_a_recording_rule_never_fires() -> None:
    """A recording rule is never an alert, even with the alert's name."""
    assert _told("alert_rule_test: [{alertname: Down}]", Rule(RuleKind.RECORD, "Down", "1")) == (False, False)
