"""The rule of V: its weights and its inputs."""

from __future__ import annotations

from gonogo.model.replacing import replace
from gonogo.rulepack.gates.stability import GATE
from gonogo.rulepack.rules import alerts, recording_rules
from tests.rulepack.policies import INTERVAL, preset_policy


def test_only_shortfalls_with_a_weight_are_in_the_rule() -> None:
    """A missing weight removes its input as well."""
    (rule,) = recording_rules(GATE, replace(preset_policy(), weights={"uptime": 0.75, "alerts": 0.25}), INTERVAL)
    assert "0.75 * (1 - avg" in rule.expression
    assert "mttr" not in rule.expression
    assert rule.expression.count("and group") == 1


def test_the_alert_on_a_high_v_is_the_abort_condition() -> None:
    """Only the judge evaluates ``falling``, so it makes no alert."""
    high, absent = alerts(GATE, preset_policy(), INTERVAL)
    assert high.expression == 'duri_lyapunov_v{metric_realm="prod"} > 0.3'
    assert absent.expression == 'absent(duri_lyapunov_v{metric_realm="prod"})'
