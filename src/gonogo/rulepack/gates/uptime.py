"""Was the heartbeat fresh for enough of the last day?

The ratio is the fresh samples in 24 h ÷ the samples due in 24 h, at most 1. The due samples are 86,400 s ÷ the
interval of the rule group. A missing sample counts as down: after a source vanished, the ratio keeps its labels and
falls for a day, and a server that is ten minutes old has an uptime of ten minutes. With subjects, the ratio is that of
the worst subject.

An average over the existing samples would be 1 even with few of them. A count of changes in slots of a minute reads 0
for a healthy writer whose beat falls between two scrapes. So the rule compares the number of samples with the number
of due samples. A range of 24 h is closed at both ends in Prometheus 2 and has one sample more than are due, so the
ratio is limited to 1.

## Bad

```yaml
- record: duri_green_uptime_ratio
  expr: avg_over_time((increase(duri_textfile_heartbeat_seq[1m]) > 0)[24h:1m])   # can only be 1
```
"""

from __future__ import annotations

from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.rulepack.gates import PresetGate


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signal: the uptime ratio."""
    name = "green_uptime_ratio"
    return (Signal(name, f"{policy.prefix}_{name}", range=ValueRange(0, 1), scope=Scope.SHARED),)


GATE = PresetGate("uptime", signals, "uptime")
