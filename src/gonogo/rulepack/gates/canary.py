"""Has the canary seen enough events, and does it behave?

The gate reads three numbers for each subject: the number of events that the canary handled in the last 15 minutes (a
few events prove nothing), the share of the last week's canaries that were rolled back, and the share of distinct
p-values in the last two hours (a stream that repeats itself is less evidence than its length suggests).

The ratio is rollbacks ÷ (rollbacks + promotions). It has no "+ 1", with which one rollback of one canary would read as
a half. A week without any trial is absent, not 0. The counters must be exported at 0 before their first event, and
must still exist. Source: the specification's canary quorum.

## Bad

```yaml
- record: duri_canary_failure_ratio
  expr: rollbacks_7d / (rollbacks_7d + promotes_7d + 1)   # 1 of 1 reads 0.5, no trial reads 0
```
"""

from __future__ import annotations

from gonogo.model.policy import Policy, Signal, ValueRange
from gonogo.rulepack.gates import PresetGate

UNIQUE_WINDOW = "2h"
"""The value of the label ``window`` of the published unique ratio that the gate reads."""

_RANGES = {
    "canary_samples": ValueRange(0),
    "canary_failure_ratio": ValueRange(0, 1),
    "canary_unique_ratio": ValueRange(0, 1),
}


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: samples, failure ratio and unique ratio."""
    return tuple(Signal(name, f"{policy.prefix}_{name}", range=meant) for name, meant in _RANGES.items())


GATE = PresetGate("canary-quorum-pass", signals, "canary")
