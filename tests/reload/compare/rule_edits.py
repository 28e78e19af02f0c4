"""Rules of many kinds, as a server has them, and every single edit of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState

MINUTE = timedelta(minutes=1)

RULES = r"""
groups:
- name: first
  interval: 30s
  limit: 10
  rules:
  - record: job:up:sum
    expr: sum by () (up{b="1", a=~"x|y"})
    labels: {version: 1.10, on: yes}
  - record: job:up:sum
    expr: sum(up{b="2"}) without (instance)
  - record: raw
    expr: 'label_replace(up, "a", "$1", "b", `(\d+).*`)'
  - record: smooth
    expr: holt_winters(node_load1[5m:] offset -1m, 0.5, 0.5)
- name: second
  rules:
  - alert: Down
    expr: |
      up == 0
        # a comment
        unless on (instance) (maintenance @ end() > 0)
    for: 90s
    keep_firing_for: 2m
    labels: {severity: page, team: "{{ $labels.team }}"}
    annotations:
      summary: "{{ $labels.instance }} is down"
      description: |
        for {{ humanizeDuration 90 }}
        and more
  - alert: Down
    expr: up < 0.5
    for: 1h
    labels: {severity: ticket}
  - alert: Watchdog
    expr: vector(1)
  - alert: Slow
    expr: histogram_quantile(0.99, sum(rate(latency_bucket[5m])) by (le, job)) > 1e3 and -up ^ 2 < 0x10
"""


def as_loaded(groups: Iterable[RuleGroup], file: str = "") -> tuple[LoadedGroup, ...]:
    """Return groups as a server shows them."""
    return tuple(
        LoadedGroup(
            group.name,
            group.interval or MINUTE,
            tuple(RuleState(rule, RuleHealth.OK) for rule in group.rules),
            file or group.file,
            group.limit,
        )
        for group in groups
    )


def rule_edits(groups: tuple[RuleGroup, ...]) -> Iterator[tuple[str, tuple[RuleGroup, ...]]]:
    """List what each edit does, and the groups after it."""
    for place, group in enumerate(groups):
        others = groups[:place], groups[place + 1 :]
        yield f"remove {group.name}", (*others[0], *others[1])
        for what, edited in _edits_of_group(group):
            yield f"{what} of {group.name}", (*others[0], edited, *others[1])


def _edits_of_group(group: RuleGroup) -> Iterator[tuple[str, RuleGroup]]:
    yield "rename", replace(group, name=f"{group.name}s")
    yield "interval", replace(group, interval=(group.interval or MINUTE) + MINUTE)
    yield "limit", replace(group, limit=group.limit + 1)
    for place, rule in enumerate(group.rules):
        before, after = group.rules[:place], group.rules[place + 1 :]
        yield f"remove {rule.name}", replace(group, rules=(*before, *after))
        yield f"repeat {rule.name}", replace(group, rules=(*before, rule, rule, *after))
        for what, edited in _edits_of_rule(rule):
            yield f"{what} of {rule.name}", replace(group, rules=(*before, edited, *after))


def _edits_of_rule(rule: Rule) -> Iterator[tuple[str, Rule]]:
    yield "name", replace(rule, name=f"{rule.name}s")
    yield "kind", replace(rule, kind=RuleKind.ALERT if rule.kind is RuleKind.RECORD else RuleKind.RECORD)
    yield "sign", replace(rule, expression=f"-({rule.expression}\n)")
    yield "filter", replace(rule, expression=f"({rule.expression}\n) != 7")
    yield "truth", replace(rule, expression=f"({rule.expression}\n) != bool 7")
    yield "sum", replace(rule, expression=f"({rule.expression}\n) + 1")
    yield "break", replace(rule, expression=f"{rule.expression}\n +")
    yield "add a label", replace(rule, labels={**rule.labels, "gonogo": "x"})
    yield "add an annotation", replace(rule, annotations={**rule.annotations, "gonogo": "x"})
    yield "wait", replace(rule, held=rule.held + MINUTE)
    yield "keep", replace(rule, keep_firing=rule.keep_firing + MINUTE)
    for name, value in rule.labels.items():
        yield f"label {name}", replace(rule, labels={**rule.labels, name: f"{value} "})
        yield f"no label {name}", replace(rule, labels={n: v for n, v in rule.labels.items() if n != name})
    for name, value in rule.annotations.items():
        yield f"annotation {name}", replace(rule, annotations={**rule.annotations, name: f"{value} "})
        yield f"no {name}", replace(rule, annotations={n: v for n, v in rule.annotations.items() if n != name})
