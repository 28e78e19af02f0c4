"""The rehearsal's rules and alerts."""

from __future__ import annotations

from datetime import timedelta

from gonogo.rulepack.gates.dr import BUCKETS, GATE
from gonogo.rulepack.rules import alerts, recording_rules
from tests.rulepack.policies import INTERVAL, of_services, preset_policy


def test_the_buckets_are_those_of_the_contract() -> None:
    """The preset's limit of 12 minutes is one of the bounds."""
    assert BUCKETS == (60, 120, 300, 600, 720, 900, 1800, 3600)


def test_the_alert_on_an_overdue_rehearsal_negates_the_requirement() -> None:
    """The age has neither ``abort`` nor ``warn``, so the alert is the opposite of its requirement."""
    told = {rule.name: (rule.labels.get("condition"), rule.held) for rule in alerts(GATE, preset_policy(), INTERVAL)}
    assert told["RehearsalOverdue"] == ("dr_rehearsal_age_hours > 24 for 10m", timedelta(minutes=10))
    assert told["RehearsalSlow"] == ("dr_rehearsal_p95_minutes > 12 for 15m", timedelta(minutes=15))


def test_with_subjects_the_rule_takes_the_worst_age() -> None:
    """There is one series for the realm. Without subjects the source's labels stay."""
    assert recording_rules(GATE, of_services(), INTERVAL)[0].expression.startswith("max by (metric_realm) (")
    assert "max" not in recording_rules(GATE, preset_policy(), INTERVAL)[0].expression
