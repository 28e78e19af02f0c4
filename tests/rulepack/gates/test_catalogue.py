"""The catalogue: the gates of the preset, their signals and their rules, as the contract names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gonogo.model.heartbeat import Heartbeat
from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.model.rule import RuleKind
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from gonogo.rulepack.rules import alerts, recording_rules
from tests.rulepack.policies import INTERVAL, of_services, preset_policy

HOUR = timedelta(hours=1)
BARE = Policy(realm=None, prefix="p", subjects=(), synthetic_labels={}, signals={}, gates=())


def signals(policy: Policy) -> dict[str, Signal]:
    """Return every signal of the preset by name."""
    return {signal.name: signal for gate in PRESET_GATES for signal in gate.signals(policy)}


def test_the_gates_have_the_order_of_the_preset() -> None:
    """Every report uses these names and this order."""
    assert [gate.name for gate in PRESET_GATES] == [
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


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("heartbeat_ok", ValueRange(0, 1)),
        ("heartbeat_fresh_120s", ValueRange(0, 1)),
        ("heartbeat_changes_6m", ValueRange(0)),
        ("error_budget_burn_7d", ValueRange(0)),
        ("error_budget_burn_30d", ValueRange(0)),
        ("canary_samples", ValueRange(0)),
        ("canary_failure_ratio", ValueRange(0, 1)),
        ("canary_unique_ratio", ValueRange(0, 1)),
        ("dr_rehearsal_age_hours", ValueRange(-0.0014)),
        ("dr_rehearsal_p95_minutes", ValueRange(0, 60)),
        ("lyapunov_v", ValueRange(0, 1)),
        ("green_uptime_ratio", ValueRange(0, 1)),
    ],
)
def test_ranges_are_those_of_the_contract(name: str, meant: ValueRange) -> None:
    """Values outside of the range are not evidence."""
    signal = signals(preset_policy())[name]
    assert signal.range == meant
    assert signal.metric == f"duri_{name}"


def test_scopes_are_those_of_the_contract() -> None:
    """Rehearsal, V and uptime are shared. All other signals belong to a subject."""
    shared = {name for name, signal in signals(preset_policy()).items() if signal.scope is Scope.SHARED}
    assert shared == {"dr_rehearsal_age_hours", "dr_rehearsal_p95_minutes", "lyapunov_v", "green_uptime_ratio"}


def test_the_greatest_ages_of_pushes_are_those_of_the_contract() -> None:
    """A heartbeat's push is as fresh as a beat, and a rehearsal's push may be 25 hours old."""
    heartbeat = Heartbeat(fresh=timedelta(seconds=90))
    found = signals(preset_policy(heartbeat))
    assert {name.partition("_")[0] for name in found} > {"heartbeat", "dr"}
    for name, signal in found.items():
        if name.startswith("heartbeat_"):
            assert signal.push_max_age == timedelta(seconds=90)
        else:
            assert signal.push_max_age == (25 * HOUR if name.startswith("dr_") else None)


def test_the_metrics_of_writer_times_are_those_of_the_contract() -> None:
    """Heartbeat signals have the time of the beat. The age of a rehearsal has the time of its last success."""
    found = signals(preset_policy())
    assert {name.partition("_")[0] for name in found} > {"heartbeat", "dr"}
    for name, signal in found.items():
        if name.startswith("heartbeat_"):
            assert signal.written_at == "duri_textfile_heartbeat_ts"
        elif name == "dr_rehearsal_age_hours":
            assert signal.written_at == "duri_dr_rehearsal_last_success_timestamp_seconds"
        else:
            assert signal.written_at is None


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
