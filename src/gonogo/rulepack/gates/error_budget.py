"""Is enough of the error budget left?

An objective of 99.9 % allows one bad event in a thousand. The burn is the share of this allowance that the window has
used up: 1 means all of it, 0.6 over seven days leaves room for a dry run, 2 means twice too many bad events. Each SLO
of the policy is one series, distinguished by the label `slo`, and each SLO must pass.

## Formula

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

## Good

```yaml
- record: duri_error_budget_burn_7d
  expr: |
    sum by (metric_realm) (increase(duri_slo_bad_total{slo="green",metric_realm="prod"}[7d]))
    / (sum by (metric_realm) (increase(duri_slo_events_total{slo="green",metric_realm="prod"}[7d])) > 0 < Inf)
    / (1 - 0.999)
    and group by (metric_realm) (duri_slo_bad_total{slo="green",metric_realm="prod"})
    and group by (metric_realm) (duri_slo_events_total{slo="green",metric_realm="prod"})
  labels: {metric_realm: prod, slo: green}
```
"""

from __future__ import annotations

from datetime import timedelta

from gonogo.errors import PolicyError, Problem
from gonogo.model.policy import Policy, Signal, Slo, ValueRange
from gonogo.model.preset_gate import PresetGate
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile
from gonogo.rulepack.alert import Watch, absence_alert, violation_alerts
from gonogo.rulepack.expression import (
    gained,
    meant,
    metric_name,
    number,
    recorded,
    slo_counter,
    slo_labels,
    subject_labels,
    while_there,
)
from gonogo.rulepack.selector import CounterSelector

NAME = "error-budget-burn-ok"
WINDOWS = {"error_budget_burn_7d": timedelta(days=7), "error_budget_burn_30d": timedelta(days=30)}
"""Signal -> the window in which the use of the budget is counted."""

_WATCHES = (
    Watch("error_budget_burn_7d", "ErrorBudgetBurn7d", "The last 7 days have used up too much of the error budget."),
    Watch("error_budget_burn_30d", "ErrorBudgetBurn30d", "The last 30 days have used up too much of the error budget."),
)


def signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals: the burn over both windows, one series for each SLO."""
    each = tuple(slo_labels(slo) for slo in policy.slos)
    return tuple(Signal(name, metric_name(policy, name), range=ValueRange(0), each=each) for name in WINDOWS)


def rules(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the rules that record the burn of each SLO over both windows.

    Raises:
        PolicyError: a counter is not a plain selector.
    """
    del interval
    return tuple(_burn(policy, slo, name, window) for slo in policy.slos for name, window in WINDOWS.items())


def alerts(policy: Policy, interval: timedelta) -> tuple[Rule, ...]:
    """Return the alerts on a budget that burns too fast, and on a budget that is unknown."""
    del interval
    known = signals(policy)
    missing = "The use of an error budget is unknown: a counter is gone or had no traffic."
    return (
        *violation_alerts(policy, NAME, known, _WATCHES),
        *absence_alert(policy, NAME, known, "ErrorBudgetAbsent", missing),
    )


def _burn(policy: Policy, slo: Slo, name: str, window: timedelta) -> Rule:
    bad, total, kept = _counter(policy, slo, "bad"), _counter(policy, slo, "total"), subject_labels(policy)
    events = meant(gained(total, window, kept), "> 0")
    spent = f"{gained(bad, window, kept)}\n/ {events}\n/ (1 - {number(slo.objective)})"
    expression = while_there(spent, kept, bad, total)
    return recorded(policy, name, expression, slo_labels(slo))


def _counter(policy: Policy, slo: Slo, which: str) -> CounterSelector:
    try:
        return slo_counter(policy, slo.bad if which == "bad" else slo.total)
    except ValueError as error:
        raise PolicyError((Problem(None, f"slos, {slo.name}, {which}: {error}"),)) from error


def tests(policy: Policy, interval: timedelta) -> tuple[ScenarioFile, ...]:
    """Return the tests of the rules, written from their meaning.

    Raises:
        PolicyError: there is no example of a counter that an SLO selects.
    """
    from gonogo.rulepack.scenarios.error_budget import rule_tests  # noqa: PLC0415 - a verdict needs no tests

    return rule_tests(policy, interval)


GATE = PresetGate(NAME, signals, rules, alerts, tests)
