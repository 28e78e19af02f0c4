"""Was the heartbeat fresh for enough of the last day?

## Formula

    P_green_uptime_ratio = fresh samples in 24 h ÷ samples due in 24 h, at most 1

The due samples are 86,400 s ÷ the interval of the rule group. A missing sample counts as down: after a source vanished,
the ratio keeps its labels and falls for a day, and a server that is ten minutes old has an uptime of ten minutes. With
subjects, the ratio is that of the worst subject.

An average over the existing samples would be 1 even with few of them. A count of changes in slots of a minute reads 0
for a healthy writer whose beat falls between two scrapes. So the rule compares the number of samples with the number
of due samples. A range of 24 h is closed at both ends in Prometheus 2 and has one sample more than are due, so the
ratio is limited to 1.

## Bad

```yaml
- record: duri_green_uptime_ratio
  expr: avg_over_time((increase(duri_textfile_heartbeat_seq[1m]) > 0)[24h:1m])   # can only be 1
```

## Good

```yaml
- record: duri_green_uptime_ratio
  expr: clamp_max(sum_over_time(duri_heartbeat_fresh_120s{metric_realm="prod"}[1d]) / (86400 / 30), 1)
```
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.model.preset_gate import PresetGate
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile
from gonogo.rulepack.alert import Watch, absence_alert, violation_alerts
from gonogo.rulepack.expression import metric_name, number, recorded, series, worst

NAME = "uptime"
DAY_SECONDS = 86_400
_WATCHES = (Watch("green_uptime_ratio", "UptimeLow", "The heartbeat was not fresh for too much of the last day."),)


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signal: the uptime ratio."""
    name = "green_uptime_ratio"
    return (Signal(name, metric_name(policy, name), range=ValueRange(0, 1), scope=Scope.SHARED),)


def rules(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the rule that records the ratio. ``interval`` is that of the group and gives the number of due samples."""
    fresh = series(policy, f"heartbeat_fresh_{policy.heartbeat.fresh_name}")
    due = f"({DAY_SECONDS} / {number(interval.total_seconds())})"
    ratio = f"clamp_max(sum_over_time({fresh}[1d]) / {due}, 1)"
    return (recorded(policy, "green_uptime_ratio", worst(policy, "min", ratio)),)


def alerts(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the alerts on a low uptime and on a missing uptime."""
    del interval
    known = signals(policy)
    return (
        *violation_alerts(policy, NAME, known, _WATCHES),
        *absence_alert(policy, NAME, known, "UptimeAbsent", "No heartbeat was seen for a day."),
    )


def tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Return the tests of the rules, written from their meaning."""
    from gonogo.rulepack.scenarios.uptime import rule_tests  # noqa: PLC0415 - a verdict needs no tests

    return rule_tests(policy, interval)


GATE = PresetGate(NAME, signals, rules, alerts, tests)
