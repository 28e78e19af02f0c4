"""The catalogue: the gates of the preset, their signals and their rules, as the contract names them."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleKind
from gonogo.policy.file import DEFAULT_PRESET, preset_keys
from gonogo.rulepack.assemble import reads
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from gonogo.rulepack.rules import alerts, recording_rules
from tests.rulepack.policies import INTERVAL, of_services, preset_policy

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
BARE = Policy(realm=None, prefix="p", subjects=(), synthetic_labels={}, signals={}, gates=())


def signals(policy: Policy) -> dict[str, Signal]:
    """Return every signal of the preset by name."""
    return {signal.name: signal for gate in PRESET_GATES for signal in gate.signals(policy)}


def test_the_gates_are_those_of_the_preset_in_its_order() -> None:
    """Every report uses these names and this order. The contract has the first six."""
    names = [gate.name for gate in PRESET_GATES]
    assert names == list(cast("dict[str, object]", preset_keys(DEFAULT_PRESET)["gates"]))
    assert names[:6] == [
        "heartbeat",
        "error-budget-burn-ok",
        "canary-quorum-pass",
        "dr-rehearsal-24h-pass",
        "stability",
        "uptime",
    ]


def test_a_policy_without_gates_slos_and_weights_has_signals() -> None:
    """The loader needs the signals before it has built the rest of the policy."""
    assert {"heartbeat_ok", "lyapunov_v"} <= signals(BARE).keys()
    assert [rule.name for gate in PRESET_GATES for rule in alerts(gate, BARE, INTERVAL)] == ["HeartbeatVanished"]
    assert "p_lyapunov_v" not in {rule.name for gate in PRESET_GATES for rule in recording_rules(gate, BARE, INTERVAL)}


@pytest.mark.parametrize("policy", [preset_policy(), of_services(), replace(preset_policy(), realm=None)])
def test_every_signal_is_recorded_under_its_metric(policy: Policy) -> None:
    """Each signal has a rule, and each rule has a signal."""
    recorded = {rule.name for gate in PRESET_GATES for rule in recording_rules(gate, policy, INTERVAL)}
    assert recorded == {signal.metric for signal in signals(policy).values()}


def test_no_rule_reads_the_name_that_it_records() -> None:
    """A rule that records over its own input has no input of its own any more."""
    rules = [rule for gate in PRESET_GATES for rule in recording_rules(gate, of_services(), INTERVAL)]
    assert [rule.name for rule in rules if reads([rule], [rule])] == []


def test_every_rule_has_the_realm_label() -> None:
    """Packs of two realms on one server record different series."""
    for gate in PRESET_GATES:
        rules = recording_rules(gate, preset_policy(), INTERVAL)
        assert rules
        for rule in rules:
            assert rule.kind is RuleKind.RECORD
            assert rule.labels["metric_realm"] == "prod"


def test_without_a_realm_no_rule_has_the_realm_label() -> None:
    """A policy without a realm gets rules without the label."""
    policy = replace(preset_policy(), realm=None)
    for gate in PRESET_GATES:
        rules, alarms = recording_rules(gate, policy, INTERVAL), alerts(gate, policy, INTERVAL)
        assert rules
        assert alarms
        for rule in (*rules, *alarms):
            assert "metric_realm" not in rule.expression
            assert "metric_realm" not in rule.labels


BEAT = "duri_textfile_heartbeat_ts"
CONTRACT = {
    "heartbeat_ok": Signal("", "", range=ValueRange(0, 1), push_max_age=90 * SECOND, written_at=BEAT),
    "heartbeat_fresh_90s": Signal("", "", range=ValueRange(0, 1), push_max_age=90 * SECOND, written_at=BEAT),
    "heartbeat_changes_6m": Signal("", "", range=ValueRange(0), push_max_age=90 * SECOND, written_at=BEAT),
    "error_budget_burn_7d": Signal("", "", range=ValueRange(0), each=({"slo": "green"},)),
    "error_budget_burn_30d": Signal("", "", range=ValueRange(0), each=({"slo": "green"},)),
    "canary_samples": Signal("", "", range=ValueRange(0)),
    "canary_failure_ratio": Signal("", "", range=ValueRange(0, 1)),
    "canary_unique_ratio": Signal("", "", range=ValueRange(0, 1)),
    "dr_rehearsal_age_hours": Signal(
        "",
        "",
        range=ValueRange(-0.0014),
        push_max_age=25 * HOUR,
        scope=Scope.SHARED,
        written_at="duri_dr_rehearsal_last_success_timestamp_seconds",
    ),
    "dr_rehearsal_p95_minutes": Signal("", "", range=ValueRange(0, 60), push_max_age=25 * HOUR, scope=Scope.SHARED),
    "lyapunov_v": Signal("", "", range=ValueRange(0, 1), scope=Scope.SHARED),
    "green_uptime_ratio": Signal("", "", range=ValueRange(0, 1), scope=Scope.SHARED),
}
"""The signals of the contract, but for their names and metrics, with a heartbeat that is fresh for 90 s."""


@pytest.mark.parametrize("name", CONTRACT)
def test_signals_are_those_of_the_contract(name: str) -> None:
    """A heartbeat's push is as fresh as a beat. Rehearsal, V and uptime are shared by all subjects."""
    found = signals(preset_policy(Heartbeat(fresh=90 * SECOND)))[name]
    assert found == replace(CONTRACT[name], name=name, metric=f"duri_{name}")


def test_names_follow_the_heartbeats_durations() -> None:
    """Another freshness and window give other names."""
    heartbeat = Heartbeat(fresh=timedelta(minutes=5), window=timedelta(minutes=90))
    assert {"heartbeat_fresh_300s", "heartbeat_changes_1h30m"} <= signals(preset_policy(heartbeat)).keys()


def test_the_burn_signal_has_a_series_for_each_slo() -> None:
    """Each SLO is one series."""
    burn = signals(of_services())["error_budget_burn_7d"]
    assert burn.each == ({"slo": "green"}, {"slo": "api"})


def test_rules_of_subject_signals_keep_the_subject_labels() -> None:
    """Aggregates of shared signals do not keep the subject labels."""
    for gate in PRESET_GATES:
        scopes = {signal.metric: signal.scope for signal in gate.signals(of_services())}
        rules = recording_rules(gate, of_services(), INTERVAL)
        assert rules
        for rule in rules:
            assert ("metric_realm, service)" in rule.expression) <= (scopes[rule.name] is Scope.SUBJECT)
            if scopes[rule.name] is Scope.SUBJECT and " by (" in rule.expression:
                assert rule.expression.count(" by (") == rule.expression.count(" by (metric_realm, service)")
