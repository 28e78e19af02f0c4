"""Is the writer alive, and do its beats arrive?

A writer beats on a schedule. Each beat raises a sequence number by at least one and stores the time of the beat by the
writer's own clock. The gate requires both, because either alone is possible without a live writer:

- *fresh*: the time in the last beat lies less than `heartbeat.fresh` in the past, and
  at most 5 s in the future (a clock further ahead is wrong, and a wrong clock proves
  nothing).
- *changes*: the sequence number changed within `heartbeat.window`.
- *ok* is both, *stall* is 1 - ok.

A source that vanished leaves no value behind, neither 0 nor 1: the signal is unknown, and
`HeartbeatVanished` fires.

## Formulas

With the defaults of the preset (`P` is the prefix; realm and copy are left out):

| metric | expression |
|---|---|
| `P_heartbeat_age_seconds` | `time() - P_textfile_heartbeat_ts` |
| `P_heartbeat_fresh_120s` | `(age >= bool -5) * (age < bool 120)` |
| `P_heartbeat_changes_6m` | `changes(P_textfile_heartbeat_seq[6m]) and P_textfile_heartbeat_seq` |
| `P_heartbeat_ok` | `fresh * (changes >= bool 1)` |
| `P_heartbeat_stall` | `1 - ok` |

`changes` counts real changes and extrapolates nothing, unlike `increase`. The `and` is necessary, because the changes
of a source that vanished three minutes ago are 0 and not absent. Source: the specification's "L4 dry run" gates, and
Prometheus's documentation of `changes`.

## Bad

```yaml
- record: duri_heartbeat_ok
  expr: duri_heartbeat_fresh == 1 or vector(0)   # stores 1, or an unlabelled 0 that hides the absence
```

## Good

```yaml
- record: duri_heartbeat_ok
  expr: duri_heartbeat_fresh_120s{metric_realm="prod"} * (duri_heartbeat_changes_6m{metric_realm="prod"} >= bool 1)
```
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.policy import Policy, Signal, ValueRange
from gonogo.model.preset_gate import PresetGate
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile
from gonogo.rulepack.alert import CRITICAL, Watch, absence_alert, alert, violation_alerts
from gonogo.rulepack.expression import heartbeat_series, metric_name, number, recorded, series

NAME = "heartbeat"
CLOCK_AHEAD = 5
"""The most seconds that the writer's clock may be ahead: docs/gates.md, ``heartbeat``."""

_SWITCH = ValueRange(0, 1)


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: ok, fresh, changes, age and stall, with the policy's own durations in their names."""
    fresh, changes = _fresh(policy), _changes(policy)
    ranges = {
        "heartbeat_ok": _SWITCH,
        fresh: _SWITCH,
        changes: ValueRange(0),
        "heartbeat_age_seconds": ValueRange(),
        "heartbeat_stall": _SWITCH,
    }
    return tuple(
        Signal(
            name,
            metric_name(policy, name),
            range=meant,
            push_max_age=policy.heartbeat.fresh,
            written_at=metric_name(policy, "textfile_heartbeat_ts"),
        )
        for name, meant in ranges.items()
    )


def rules(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the rules that record the five signals, each from those before it."""
    del interval
    fresh, changes = _fresh(policy), _changes(policy)
    age = series(policy, "heartbeat_age_seconds")
    sequence = heartbeat_series(policy, "textfile_heartbeat_seq")
    limit = number(policy.heartbeat.fresh.total_seconds())
    return (
        recorded(policy, "heartbeat_age_seconds", f"time() - {heartbeat_series(policy, 'textfile_heartbeat_ts')}"),
        recorded(policy, fresh, f"({age} >= bool -{CLOCK_AHEAD})\n* ({age} < bool {limit})"),
        recorded(policy, changes, f"changes({sequence}[{policy.heartbeat.window_name}])\nand {sequence}"),
        recorded(policy, "heartbeat_ok", f"{series(policy, fresh)}\n* ({series(policy, changes)} >= bool 1)"),
        recorded(policy, "heartbeat_stall", f"1 - {series(policy, 'heartbeat_ok')}"),
    )


def alerts(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the alerts on a stalled writer, on a source that vanished, and on a missing heartbeat."""
    del interval
    known = signals(policy)
    return (
        *violation_alerts(policy, NAME, known, _watches(policy)),
        *absence_alert(policy, NAME, known, "HeartbeatAbsent", "There is no heartbeat at all."),
        _vanished(policy),
    )


def _fresh(policy: Policy) -> str:
    return f"heartbeat_fresh_{policy.heartbeat.fresh_name}"


def _changes(policy: Policy) -> str:
    return f"heartbeat_changes_{policy.heartbeat.window_name}"


def _watches(policy: Policy) -> tuple[Watch, ...]:
    return (
        Watch("heartbeat_ok", "HeartbeatStalled", "The writer has stopped beating, or its beats do not arrive."),
        Watch(_fresh(policy), "HeartbeatStale", "The last beat is too old, or the writer's clock is ahead."),
        Watch(_changes(policy), "HeartbeatFrozen", "The sequence number of the beats has stopped changing."),
    )


def _vanished(policy: Policy) -> Rule:
    ok = series(policy, "heartbeat_ok")
    summary = "A heartbeat that existed within the last day is gone."
    text = (summary, "Its series has ended: the writer's file, its target or its push is no longer there.")
    return alert(
        NAME, "HeartbeatVanished", f"present_over_time({ok}[1d]) unless {ok}", CRITICAL, policy.heartbeat.fresh, text
    )


def tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Return the tests of the rules, written from their meaning."""
    from gonogo.rulepack.scenarios.heartbeat import rule_tests  # noqa: PLC0415 - a verdict needs no tests

    return rule_tests(policy, interval)


GATE = PresetGate(NAME, signals, rules, alerts, tests)
