"""Is the writer alive, and do its beats arrive?

A writer beats on a schedule. Each beat raises a sequence number by at least one and stores the time of the beat by the
writer's own clock. The gate requires both, because either alone is possible without a live writer:

- *fresh*: the time in the last beat lies less than `heartbeat.fresh` in the past, and
  at most 5 s in the future (a clock further ahead is wrong, and a wrong clock proves
  nothing).
- *changes*: the sequence number changed within `heartbeat.window`.
- *ok* is both, *stall* is 1 - ok.

A source that vanished leaves no value behind, neither 0 nor 1: the signal is unknown,
`HeartbeatVanished` fires, and `unknown(heartbeat_ok)` ends a dry run.

`changes` counts real changes and extrapolates nothing, unlike `increase`. The `and` is necessary, because the changes
of a source that vanished three minutes ago are 0 and not absent. Source: the specification's "L4 dry run" gates, and
Prometheus's documentation of `changes`.

## Bad

```yaml
- record: duri_heartbeat_ok
  expr: duri_heartbeat_fresh == 1 or vector(0)   # stores 1, or an unlabelled 0 that hides the absence
```
"""

from __future__ import annotations

from gonogo.model.policy import Policy, Signal, ValueRange
from gonogo.rulepack.gates import PresetGate

_SWITCH = ValueRange(0, 1)


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: ok, fresh, changes, age and stall, with the policy's own durations in their names."""
    ranges = {
        "heartbeat_ok": _SWITCH,
        f"heartbeat_fresh_{policy.heartbeat.fresh_name}": _SWITCH,
        f"heartbeat_changes_{policy.heartbeat.window_name}": ValueRange(0),
        "heartbeat_age_seconds": ValueRange(),
        "heartbeat_stall": _SWITCH,
    }
    return tuple(
        Signal(
            name,
            f"{policy.prefix}_{name}",
            range=meant,
            push_max_age=policy.heartbeat.fresh,
            written_at=f"{policy.prefix}_textfile_heartbeat_ts",
        )
        for name, meant in ranges.items()
    )


GATE = PresetGate("heartbeat", signals, "heartbeat")
