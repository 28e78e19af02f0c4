"""The heartbeat rules: the copy that they read, and the alerts on a writer in trouble."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.heartbeat import Heartbeat
from gonogo.model.replacing import replace
from gonogo.rulepack.gates.heartbeat import GATE
from gonogo.rulepack.rules import alerts, recording_rules
from tests.rulepack.policies import INTERVAL, preset_policy


def expressions(heartbeat: Heartbeat) -> dict[str, str]:
    """Return the recording rules' expressions by name."""
    return {rule.name: rule.expression for rule in recording_rules(GATE, preset_policy(heartbeat), INTERVAL)}


def test_the_rules_read_the_copy_that_the_policy_chooses() -> None:
    """``heartbeat.read`` chooses between the textfile and the Pushgateway."""
    assert 'via="textfile"' in expressions(Heartbeat())["duri_heartbeat_age_seconds"]
    assert 'via="push"' in expressions(Heartbeat(read="push"))["duri_heartbeat_age_seconds"]


def test_the_limit_of_freshness_is_that_of_the_policy() -> None:
    """A beat is fresh from 5 s ahead of the server's clock to just under ``fresh``."""
    fresh = expressions(Heartbeat(fresh=timedelta(seconds=45)))["duri_heartbeat_fresh_45s"]
    assert ">= bool -5" in fresh
    assert "< bool 45" in fresh


def test_alerts_take_their_thresholds_from_the_policy() -> None:
    """Stall and staleness come from ``abort``, and a frozen sequence from ``require``."""
    told = {rule.name: (rule.expression, rule.held) for rule in alerts(GATE, preset_policy(), INTERVAL)}
    assert told["HeartbeatStalled"] == ('duri_heartbeat_ok{metric_realm="prod"} != 1', timedelta(minutes=5))
    assert told["HeartbeatStale"][0].endswith("== 0")
    assert told["HeartbeatFrozen"] == ('duri_heartbeat_changes_6m{metric_realm="prod"} < 1', timedelta(minutes=10))
    assert told["HeartbeatVanished"][1] == timedelta(seconds=120)
    assert "HeartbeatAbsent" in told


def test_a_policy_without_the_gate_keeps_the_alert_on_a_vanished_source() -> None:
    """The alerts on violations exist only with the gate."""
    assert [rule.name for rule in alerts(GATE, replace(preset_policy(), gates=()), INTERVAL)] == ["HeartbeatVanished"]
