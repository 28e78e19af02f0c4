"""The uptime rule divides by the samples that are due at the group's interval."""

from __future__ import annotations

from datetime import timedelta

from gonogo.rulepack.gates.uptime import GATE
from gonogo.rulepack.rules import recording_rules
from tests.rulepack.policies import of_services, preset_policy


def test_the_due_samples_are_a_day_divided_by_the_interval() -> None:
    """A group with an interval of 7 s must have 86,400 / 7 samples a day."""
    (rule,) = recording_rules(GATE, preset_policy(), timedelta(seconds=7))
    assert rule.expression == (
        'clamp_max(sum_over_time(duri_heartbeat_fresh_120s{metric_realm="prod"}[1d]) / (86400 / 7), 1)'
    )


def test_with_subjects_the_rule_takes_the_worst_uptime() -> None:
    """The uptime of one subject does not compensate for the downtime of another."""
    (rule,) = recording_rules(GATE, of_services(), timedelta(seconds=30))
    assert rule.expression.startswith("min by (metric_realm) (")
