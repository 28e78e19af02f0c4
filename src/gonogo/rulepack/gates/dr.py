"""Could we recover, and how long would it take?

A rehearsal restores a backup for real. The gate reads the time since the last success, and the 95th percentile of the
duration of rehearsals over 30 days, in minutes. With subjects, the age is that of the worst subject, and absent while
the time of one is not a number or more than 5 s in the future. A subject that never had a rehearsal is not missed.

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
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.rulepack.gates import CLOCK_AHEAD_HOURS, PresetGate

BUCKETS = (60, 120, 300, 600, 720, 900, 1800, 3600)
"""Upper bounds of the histogram of rehearsal durations, in seconds: docs/gates.md, ``dr-rehearsal-24h-pass``."""

PUSH_MAX_AGE = timedelta(hours=25)
"""The time between two pushes of a daily rehearsal, with an hour of grace."""


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: the age of the last success and the 95th percentile of the durations."""
    return (
        Signal(
            "dr_rehearsal_age_hours",
            f"{policy.prefix}_dr_rehearsal_age_hours",
            range=ValueRange(CLOCK_AHEAD_HOURS),
            push_max_age=PUSH_MAX_AGE,
            scope=Scope.SHARED,
            written_at=f"{policy.prefix}_dr_rehearsal_last_success_timestamp_seconds",
        ),
        Signal(
            "dr_rehearsal_p95_minutes",
            f"{policy.prefix}_dr_rehearsal_p95_minutes",
            range=ValueRange(0, BUCKETS[-1] / 60),
            push_max_age=PUSH_MAX_AGE,
            scope=Scope.SHARED,
        ),
    )


GATE = PresetGate("dr-rehearsal-24h-pass", signals, "dr")
