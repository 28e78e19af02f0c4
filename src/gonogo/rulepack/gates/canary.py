"""Has the canary seen enough events, and does it behave?

The gate reads three numbers for each subject: the number of events that the canary handled in the last 15 minutes (a
few events prove nothing), the share of the last week's canaries that were rolled back, and the share of distinct
p-values in the last two hours (a stream that repeats itself is less evidence than its length suggests).

## Formulas

| metric | expression |
|---|---|
| `P_canary_samples` | increase of `P_canary_events_total` over 15 min |
| `P_canary_failure_ratio` | rollbacks ÷ (rollbacks + promotions), both as increases over 7 d |
| `P_canary_unique_ratio` | `P_p_unique_ratio{window="2h"}` |

The ratio has no "+ 1", with which one rollback of one canary would read as a half. A week without any trial is absent,
not 0. The counters must be exported at 0 before their first event, and must still exist. Source: the specification's
canary quorum.

## Bad

```yaml
- record: duri_canary_failure_ratio
  expr: rollbacks_7d / (rollbacks_7d + promotes_7d + 1)   # 1 of 1 reads 0.5, no trial reads 0
```

## Good

```yaml
- record: duri_canary_failure_ratio
  # rollbacks and promotions are each: sum by (metric_realm) (increase(…[7d]))
  expr: rollbacks / ((rollbacks + promotions) > 0 < Inf) and group by (metric_realm) (…)
```
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.policy import Policy, Signal, ValueRange
from gonogo.model.preset_gate import PresetGate
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile
from gonogo.rulepack.alert import Watch, absence_alert, violation_alerts
from gonogo.rulepack.expression import gained, meant, metric_name, recorded, series, subject_labels, while_there

NAME = "canary-quorum-pass"
SAMPLES_WINDOW = timedelta(minutes=15)
TRIALS_WINDOW = timedelta(days=7)
UNIQUE_WINDOW = "2h"
"""The value of the label ``window`` of the published unique ratio that the gate reads."""

_RANGES = {
    "canary_samples": ValueRange(0),
    "canary_failure_ratio": ValueRange(0, 1),
    "canary_unique_ratio": ValueRange(0, 1),
}
_WATCHES = (
    Watch("canary_samples", "CanarySamplesFew", "The canary handles too few events to decide anything."),
    Watch("canary_failure_ratio", "CanaryFailing", "Too many canaries of the last week were rolled back."),
    Watch("canary_unique_ratio", "CanaryRepetitive", "The canary's p-values repeat themselves."),
)


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: samples, failure ratio and unique ratio."""
    return tuple(Signal(name, metric_name(policy, name), range=meant) for name, meant in _RANGES.items())


def rules(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the rules that record the three signals for each subject."""
    del interval
    kept = subject_labels(policy)
    events = series(policy, "canary_events_total")
    rollbacks, promotions = series(policy, "canary_rollback_total"), series(policy, "canary_promote_total")
    failed, succeeded = gained(rollbacks, TRIALS_WINDOW, kept), gained(promotions, TRIALS_WINDOW, kept)
    ratio = f"{failed}\n/ {meant(f'({failed} + {succeeded})', '> 0')}"
    return (
        recorded(policy, "canary_samples", while_there(gained(events, SAMPLES_WINDOW, kept), kept, events)),
        recorded(policy, "canary_failure_ratio", while_there(ratio, kept, rollbacks, promotions)),
        recorded(policy, "canary_unique_ratio", str(series(policy, "p_unique_ratio", window=UNIQUE_WINDOW))),
    )


def alerts(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the alerts on a canary that fails, repeats itself or is missing."""
    del interval
    known = signals(policy)
    missing = "The canary cannot be judged: a counter is gone, or there was no trial in a week."
    return (
        *violation_alerts(policy, NAME, known, _WATCHES),
        *absence_alert(policy, NAME, known, "CanaryAbsent", missing),
    )


def tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Return the tests of the rules, written from their meaning."""
    from gonogo.rulepack.scenarios.canary import rule_tests  # noqa: PLC0415 - a verdict needs no tests

    return rule_tests(policy, interval)


GATE = PresetGate(NAME, signals, rules, alerts, tests)
