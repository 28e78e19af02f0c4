"""Is the system, as a whole, at rest or on its way there?

V is one number between 0 and 1, and 0 if nothing is wrong: the weighted sum of five shortfalls. The name is
Lyapunov's, after the function that shrinks while a system settles. A small or falling V proves only that the sum is
small or falling.

    V = w · (shortfall of each, in [0, 1])

`P_mttr_seconds` is 0 when nothing failed. The weights come from `stability.weights` and sum to 1. If an input is
absent, V is absent. An impossible input (negative, infinite, NaN) counts as absent. With several series of one realm,
alert rates and counters are added, and times to recover are averaged. Source: the specification's V.

## Bad

```yaml
- record: duri_lyapunov_v
  # events per second against a target per hour, and labels that never match: it was never computed
  expr: 2.0 * (1 - uptime) + 0.8 * clamp_min(4 - rate(duri_ev_created_total[1h]), 0)
```
"""

from __future__ import annotations

from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.rulepack.gates import PresetGate


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signal: V."""
    name = "lyapunov_v"
    return (Signal(name, f"{policy.prefix}_{name}", range=ValueRange(0, 1), scope=Scope.SHARED),)


GATE = PresetGate("stability", signals, "stability")
