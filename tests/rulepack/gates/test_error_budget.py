"""The burn rules: the counters that they read, and the counters that they refuse."""

from __future__ import annotations

import pytest

from gonogo.errors import PolicyError
from gonogo.model.replacing import replace
from gonogo.rulepack.gates.error_budget import GATE
from gonogo.rulepack.rules import recording_rules
from gonogo.rulepack.scenarios import rule_tests
from tests.rulepack.policies import API, GREEN, INTERVAL, preset_policy


@pytest.mark.parametrize("field", ["bad", "total"])
def test_more_than_a_selector_is_refused(field: str) -> None:
    """The error about an expression names the SLO and the next step."""
    slo = replace(GREEN, bad="sum(rate(errors_total[5m]))") if field == "bad" else replace(GREEN, total="x offset 5m")
    with pytest.raises(PolicyError, match=f"slos, green, {field}: .* is not a plain counter selector"):
        recording_rules(GATE, replace(preset_policy(), slos=(slo,)), INTERVAL)


def test_a_selector_without_an_example_is_refused() -> None:
    """A rule without a possible test is not written."""
    odd = replace(GREEN, bad='errors_total{code=~"(?i)bad"}')
    with pytest.raises(PolicyError, match="slos, green: no example for the label code"):
        rule_tests(GATE, replace(preset_policy(), slos=(odd,)), INTERVAL)


def test_counters_are_narrowed_to_the_realm() -> None:
    """``P`` stands for the prefix, and the realm is added to the policy's own matchers."""
    week = recording_rules(GATE, preset_policy(), INTERVAL)[0]
    assert 'increase(duri_slo_bad_total{slo="green",metric_realm="prod"}[7d])' in week.expression
    assert week.labels == {"metric_realm": "prod", "slo": "green"}
    assert week.expression.splitlines()[2] == "/ (1 - 0.999)"


def test_each_slo_has_both_windows() -> None:
    """Two SLOs make four rules, distinguished by their labels."""
    rules = recording_rules(GATE, replace(preset_policy(), slos=(GREEN, API)), INTERVAL)
    assert [(rule.name, rule.labels["slo"]) for rule in rules] == [
        ("duri_error_budget_burn_7d", "green"),
        ("duri_error_budget_burn_30d", "green"),
        ("duri_error_budget_burn_7d", "api"),
        ("duri_error_budget_burn_30d", "api"),
    ]
