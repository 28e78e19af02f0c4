"""Is enough of the error budget left?

An objective of 99.9 % allows one bad event in a thousand. The burn is the share of this allowance that the window has
used up: 1 means all of it, 0.6 over seven days leaves room for a dry run, 2 means twice too many bad events. Each SLO
of the policy is one series, distinguished by the label `slo`, and each SLO must pass.

    burn = (increase of bad ÷ increase of total) ÷ (1 - objective)

The burn is a ratio of sums, so that a busy instance counts for more than an idle one. The increases are reset-aware,
and both counters must still exist. No traffic in the window is no evidence, and neither is an infinite count: the
series is then absent, not 0 and not NaN. A counter of bad events must be exported at 0 before its first event,
because `increase` misses the events of a counter that first appears above 0.

Source: *The Site Reliability Workbook*, chapter 5, "Alerting on SLOs": burn rate is the
error ratio relative to the budget 1 - SLO.

## Bad

```yaml
- record: duri_error_budget_burn_7d
  expr: rate(errors_total[1h]) / rate(events_total[1h]) * 7   # an hour, multiplied; NaN without traffic
```
"""

from __future__ import annotations

from gonogo.model.policy import Policy, Signal, ValueRange
from gonogo.rulepack.gates import PresetGate


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: the burn over both windows, one series for each SLO."""
    each = tuple({"slo": slo.name} for slo in policy.slos)
    names = ("error_budget_burn_7d", "error_budget_burn_30d")
    return tuple(Signal(name, f"{policy.prefix}_{name}", range=ValueRange(0), each=each) for name in names)


GATE = PresetGate("error-budget-burn-ok", signals, "error_budget")
