"""The canary's rules and alerts."""

from __future__ import annotations

from gonogo.rulepack.gates.canary import GATE
from gonogo.rulepack.rules import alerts, recording_rules
from tests.rulepack.policies import INTERVAL, of_services, preset_policy


def test_the_failure_ratio_has_no_added_one() -> None:
    """The ratio is rollbacks over trials, and without a trial there is no ratio."""
    ratio = recording_rules(GATE, preset_policy(), INTERVAL)[1].expression
    assert "+ 1" not in ratio
    assert "> 0 < Inf)" in ratio


def test_alerts_take_their_thresholds_from_the_policy() -> None:
    """Failures end a dry run, so they are critical. Repetition and few samples are warnings."""
    told = {
        rule.name: (rule.labels["severity"], rule.labels.get("condition"))
        for rule in alerts(GATE, preset_policy(), INTERVAL)
    }
    assert told == {
        "CanarySamplesFew": ("warning", "canary_samples < 300 for 10m"),
        "CanaryFailing": ("critical", "canary_failure_ratio > 0.08 for 5m"),
        "CanaryRepetitive": ("warning", "canary_unique_ratio < 0.92 for 5m"),
        "CanaryAbsent": ("critical", None),
    }


def test_the_absence_alert_finds_a_subject_without_a_canary() -> None:
    """With several subjects the alert finds the subject that beats but has no canary."""
    absent = alerts(GATE, of_services(), INTERVAL)[-1].expression
    assert 'group by (metric_realm, service) (duri_heartbeat_ok{metric_realm="prod"}) unless' in absent
