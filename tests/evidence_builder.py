"""A small policy and the evidence of a healthy system. A test then spoils one part of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, Origin, RunState, Target, TargetHealth
from gonogo.model.policy import Gate, Policy, Runs, Scope, Signal, ValueRange
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.model.series import Series
from gonogo.promql.graph import RuleGraph

NOW = 1_790_000_000.0
INTERVAL = timedelta(seconds=30)
SOURCE = {"job": "node", "instance": "a:9100"}


def rule(name: str, expression: str, **labels: str) -> Rule:
    """Build a recording rule."""
    return Rule(RuleKind.RECORD, name, expression, labels)


def policy(*required: str, subjects: tuple[str, ...] = (), **changes: object) -> Policy:
    """Build a policy of one gate ``g`` over the signals ``x`` and ``y``, both recorded."""
    signals = {
        "x": Signal("x", "duri_x", range=ValueRange(0, 1)),
        "y": Signal("y", "duri_y", range=ValueRange(0, 1)),
        "shared": Signal("shared", "duri_shared", scope=Scope.SHARED),
    }
    made = Policy(
        realm="prod",
        prefix="duri",
        subjects=subjects,
        synthetic_labels={"mode": ("smoke",)},
        signals=signals,
        gates=(Gate("g", tuple(parse_condition(text) for text in required)),),
        runs=Runs(required=()),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


RULES = (
    rule("duri_x", 'raw_x{metric_realm="prod"}'),
    rule("duri_y", 'raw_y{metric_realm="prod"}'),
    rule("duri_shared", 'sum by (metric_realm) (raw_x{metric_realm="prod"})'),
)


def samples(
    metric: str,
    values: Mapping[float, float] | float = 1.0,
    *,
    realm: str | None = "prod",
    source: Mapping[str, str] = SOURCE,
    history: float = 3600,
    **labels: str,
) -> Series:
    """Build a range answer: ``values`` by age in seconds, or one value every 30 s of the history."""
    if not isinstance(values, Mapping):
        step = INTERVAL.total_seconds()
        values = {step * n + 10: values for n in reversed(range(int(history / step) + 1))}
    ages = sorted(values, reverse=True)
    named = {"__name__": metric, **source, **({"metric_realm": realm} if realm else {}), **labels}
    return Series(named, tuple(NOW - age for age in ages), tuple(values[age] for age in ages))


def at_now(series: Series) -> Series:
    """Return the instant answer that belongs to a range answer."""
    if series.histogram_at is not None and series.histogram_at == series.newest:
        return Series(series.labels, (), (), NOW)
    return Series(series.labels, (NOW,), series.values[-1:])


def loaded(*rules: Rule, interval: timedelta = INTERVAL, name: str = "duri") -> LoadedGroup:
    """Build a group as the server answers it, evaluated and healthy."""
    states = tuple(RuleState(r, RuleHealth.OK, evaluated_at=NOW - 10) for r in rules)
    return LoadedGroup(name, interval, states)


def target(health: TargetHealth = TargetHealth.UP, **labels: str) -> Target:
    """Build a scrape target."""
    return Target({**SOURCE, **labels}, health, INTERVAL)


def origin(age: float | None = 10.0, /, **labels: str) -> Origin:
    """Build a source of a selector whose newest sample is ``age`` seconds old, of the builder's realm."""
    return Origin({**SOURCE, "metric_realm": "prod", **labels}, None if age is None else NOW - age)


def evidence(*series: Series, **changes: object) -> Evidence:
    """Build healthy evidence with these range answers, and with the matching rules, targets and sources."""
    found = series or (samples("duri_x"), samples("duri_y"))
    ranges: dict[str, tuple[Series, ...]] = {"x": (), "y": (), "shared": ()}
    for one in found:
        ranges[one.metric.removeprefix("duri_")] += (one,)
    files = (RuleGroup("duri", RULES, INTERVAL),)
    graph = RuleGraph.of(files)
    selectors = {s.text for r in RULES for s in graph.raw_selectors(r.name)}
    made = Evidence(
        now=NOW,
        ranges=ranges,
        instant=tuple(at_now(one) for one in found),
        rules=(loaded(*RULES),),
        targets=(target(),),
        pushes=(),
        origins=dict.fromkeys(selectors, (origin(),)),
        runs={name: RunState(NOW - 60, last_passed=True) for name in ("obs-lint", "promql-unit", "sandbox-smoke-60s")},
        files=files,
        local_now=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]
