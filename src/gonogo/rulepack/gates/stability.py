"""Is the system, as a whole, at rest or on its way there?

V is one number between 0 and 1, and 0 if nothing is wrong: the weighted sum of five shortfalls. The name is
Lyapunov's, after the function that shrinks while a system settles. A small or falling V proves only that the sum is
small or falling.

## Formula

    V = w · (shortfall of each, in [0, 1])

    uptime      1 - mean of fresh over 1 h
    alerts      min(1, P_alert_rate_per_hour / 10)
    recovery    min(1, P_mttr_seconds / 600); P_mttr_seconds is 0 when nothing failed
    rehearsals  1 - successes / (successes + failures) over 7 d, from
                P_dr_rehearsal_success_total and P_dr_rehearsal_failure_total
    throughput  max(0, 1 - increase of P_ev_created_total over 1 h / 4)

The weights come from `stability.weights` and sum to 1. If an input is absent, V is absent. An impossible input
(negative, infinite, NaN) counts as absent. With several series of one realm, alert rates and counters are added, and
times to recover are averaged. Source: the specification's V.

## Bad

```yaml
- record: duri_lyapunov_v
  # events per second against a target per hour, and labels that never match: it was never computed
  expr: 2.0 * (1 - uptime) + 0.8 * clamp_min(4 - rate(duri_ev_created_total[1h]), 0)
```

## Good

```yaml
- record: duri_lyapunov_v
  expr: clamp_max(0.4 * (1 - avg by (metric_realm) (avg_over_time(fresh[1h]))) + …, 1) and …
```
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from gonogo.model.policy import Policy, Scope, Signal, ValueRange
from gonogo.model.preset_gate import PresetGate
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile
from gonogo.rulepack.alert import Watch, absence_alert, violation_alerts
from gonogo.rulepack.expression import (
    aggregate,
    gained,
    meant,
    metric_name,
    number,
    recorded,
    series,
    shared_labels,
    while_there,
)
from gonogo.rulepack.selector import CounterSelector

NAME = "stability"
REHEARSALS_WINDOW = timedelta(days=7)
THROUGHPUT_WINDOW = timedelta(hours=1)
_WATCHES = (Watch("lyapunov_v", "StabilityLow", "V is high: the system is not at rest."),)


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signal V."""
    return (Signal("lyapunov_v", metric_name(policy, "lyapunov_v"), range=ValueRange(0, 1), scope=Scope.SHARED),)


def rules(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the rule that records V with the policy's weights; none if the policy has no weights."""
    del interval
    shortfalls = {name: (weight, _SHORTFALLS[name](policy)) for name, weight in policy.weights.items()}
    if not shortfalls:
        return ()
    total = "\n  + ".join(f"{number(weight)} * ({text})" for weight, (text, _) in shortfalls.values())
    inputs = dict.fromkeys(selector for _, (_, selectors) in shortfalls.values() for selector in selectors)
    expression = while_there(f"clamp_max(\n  {total},\n  1\n)", shared_labels(policy), *inputs)
    return (recorded(policy, "lyapunov_v", expression),)


def alerts(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the alerts on a high V and on an unknown V."""
    del interval
    known = signals(policy)
    missing = "V is unknown: one of its inputs is missing, negative, infinite or not a number."
    return (
        *violation_alerts(policy, NAME, known, _WATCHES),
        *absence_alert(policy, NAME, known, "StabilityAbsent", missing),
    )


_Shortfall = tuple[str, tuple[CounterSelector, ...]]
"""An expression between 0 and 1, and the selectors that must find a series now for it to count."""


def _uptime(policy: Policy) -> _Shortfall:
    fresh = series(policy, f"heartbeat_fresh_{policy.heartbeat.fresh_name}")
    return f"1 - {aggregate('avg', shared_labels(policy), f'avg_over_time({fresh}[1h])')}", (fresh,)


def _alerts(policy: Policy) -> _Shortfall:
    rate = aggregate("sum", shared_labels(policy), series(policy, "alert_rate_per_hour"))
    return f"clamp_max({meant(rate, '>= 0')} / 10, 1)", ()


def _recovery(policy: Policy) -> _Shortfall:
    mean = aggregate("avg", shared_labels(policy), series(policy, "mttr_seconds"))
    return f"clamp_max({meant(mean, '>= 0')} / 600, 1)", ()


def _rehearsals(policy: Policy) -> _Shortfall:
    kept = shared_labels(policy)
    success, failure = series(policy, "dr_rehearsal_success_total"), series(policy, "dr_rehearsal_failure_total")
    succeeded, failed = gained(success, REHEARSALS_WINDOW, kept), gained(failure, REHEARSALS_WINDOW, kept)
    return f"{failed} / {meant(f'({succeeded} + {failed})', '> 0')}", (success, failure)


def _throughput(policy: Policy) -> _Shortfall:
    created = series(policy, "ev_created_total")
    events = meant(gained(created, THROUGHPUT_WINDOW, shared_labels(policy)), ">= 0")
    return f"clamp_min(1 - {events} / 4, 0)", (created,)


_SHORTFALLS: Mapping[str, Callable[[Policy], _Shortfall]] = {
    "uptime": _uptime,
    "alerts": _alerts,
    "recovery": _recovery,
    "rehearsals": _rehearsals,
    "throughput": _throughput,
}


def tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Return the tests of the rules, written from their meaning."""
    from gonogo.rulepack.scenarios.stability import rule_tests  # noqa: PLC0415 - a verdict needs no tests

    return rule_tests(policy, interval)


GATE = PresetGate(NAME, signals, rules, alerts, tests)
