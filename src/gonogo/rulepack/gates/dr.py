"""Could we recover, and how long would it take?

A rehearsal restores a backup for real. The gate reads the time since the last success, and the 95th percentile of the
duration of rehearsals over 30 days, in minutes.

## Formulas

    P_dr_rehearsal_age_hours   = (time() - P_dr_rehearsal_last_success_timestamp_seconds) / 3600
    P_dr_rehearsal_p95_minutes = histogram_quantile(0.95, increase of P_dr_rehearsal_duration_seconds over 30 d) / 60

With subjects, the age is that of the worst subject.

The histogram's buckets end at 60, 120, 300, 600, 720, 900, 1800 and 3600 s. 720 s is the preset's own limit of 12
minutes, so the result is exact on either side of it. `histogram_quantile` interpolates within a bucket and gives 60
minutes for any duration beyond the last bucket. Thirty days of daily rehearsals bound a 95th percentile only loosely:
the number is a description, not a guarantee. Without a rehearsal in 30 days the signal is absent.

Source: Prometheus's documentation of `histogram_quantile`.

## Bad

```yaml
- record: duri_dr_rehearsal_p95_minutes
  expr: histogram_quantile(0.95, rate(duri_dr_bucket[1h])) / 60 or vector(4)   # NaN stays NaN, absence becomes 4
```

## Good

```yaml
- record: duri_dr_rehearsal_p95_minutes
  expr: |
    histogram_quantile(0.95, sum by (le, metric_realm) (increase(duri_dr_rehearsal_duration_seconds_bucket[30d]))) / 60
    and sum by (metric_realm) (increase(duri_dr_rehearsal_duration_seconds_count[30d])) > 0
    and group by (metric_realm) (duri_dr_rehearsal_duration_seconds_count)
```
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.model.preset_gate import PresetGate
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile
from gonogo.rulepack.alert import Watch, absence_alert, violation_alerts
from gonogo.rulepack.expression import (
    gained,
    metric_name,
    recorded,
    series,
    shared_labels,
    while_there,
    worst,
)

NAME = "dr-rehearsal-24h-pass"
BUCKETS = (60, 120, 300, 600, 720, 900, 1800, 3600)
"""Upper bounds of the histogram of rehearsal durations, in seconds: docs/gates.md, ``dr-rehearsal-24h-pass``."""

QUANTILE = 0.95
WINDOW = timedelta(days=30)
PUSH_MAX_AGE = timedelta(hours=25)
"""The time between two pushes of a daily rehearsal, with an hour of grace."""

_LAST_SUCCESS = "dr_rehearsal_last_success_timestamp_seconds"
_DURATION = "dr_rehearsal_duration_seconds"
_CLOCK_AHEAD_HOURS = -0.0014
_WATCHES = (
    Watch("dr_rehearsal_age_hours", "RehearsalOverdue", "The last successful rehearsal was too long ago."),
    Watch("dr_rehearsal_p95_minutes", "RehearsalSlow", "Rehearsals take too long."),
)


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: the age of the last success and the 95th percentile of the durations."""
    return (
        Signal(
            "dr_rehearsal_age_hours",
            metric_name(policy, "dr_rehearsal_age_hours"),
            range=ValueRange(_CLOCK_AHEAD_HOURS),
            push_max_age=PUSH_MAX_AGE,
            scope=Scope.SHARED,
            written_at=metric_name(policy, _LAST_SUCCESS),
        ),
        Signal(
            "dr_rehearsal_p95_minutes",
            metric_name(policy, "dr_rehearsal_p95_minutes"),
            range=ValueRange(0, BUCKETS[-1] / 60),
            push_max_age=PUSH_MAX_AGE,
            scope=Scope.SHARED,
        ),
    )


def rules(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the rules that record both signals for the whole realm."""
    del interval
    kept = shared_labels(policy)
    age = worst(policy, "max", f"(time() - {series(policy, _LAST_SUCCESS)}) / 3600")
    count = series(policy, f"{_DURATION}_count")
    durations = gained(series(policy, f"{_DURATION}_bucket"), WINDOW, ("le", *kept))
    rehearsed = f"histogram_quantile({QUANTILE}, {durations}) / 60\nand {gained(count, WINDOW, kept)} > 0"
    return (
        recorded(policy, "dr_rehearsal_age_hours", age),
        recorded(policy, "dr_rehearsal_p95_minutes", while_there(rehearsed, kept, count)),
    )


def alerts(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the alerts on rehearsals that are overdue, slow or missing."""
    del interval
    known = signals(policy)
    missing = "The state of the rehearsals is unknown: they are not exported, or there was none in 30 days."
    return (
        *violation_alerts(policy, NAME, known, _WATCHES),
        *absence_alert(policy, NAME, known, "RehearsalAbsent", missing),
    )


def tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Return the tests of the rules, written from their meaning."""
    from gonogo.rulepack.scenarios.dr import rule_tests  # noqa: PLC0415 - a verdict needs no tests

    return rule_tests(policy, interval)


GATE = PresetGate(NAME, signals, rules, alerts, tests)
