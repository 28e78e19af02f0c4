"""Doubts about the rules behind a signal: cycles, made-up values, duplicates, drift, health."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import combinations
from math import isfinite

from msgspec import Struct

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import Engine, Evaluator, Group, LoadedGroup, Rule, RuleHealth, RuleKind, RuleState, rules_of
from gonogo.promql.graph import RuleGraph
from gonogo.verdict.core.tolerances import AGE_SLACK_SECONDS

_OF_AGE = (Reason.STALE, Reason.GAPPY, Reason.DRIFTED)
"""The reasons that an unknown setting of the evaluating program can cause."""


class Lateness(Struct, frozen=True):
    """The number of seconds by which the samples of a recorded metric are late.

    If it is not known, ``unread`` says why, and ``seconds`` is what is proved.
    """

    seconds: float = 0.0
    unread: str = ""

    def explained(self, doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
        """Add the unknown setting to the detail of each doubt that it can cause."""
        if not self.unread:
            return doubts
        return tuple(
            replace(doubt, detail=f"{doubt.detail}; {self.unread}") if doubt.reason in _OF_AGE else doubt
            for doubt in doubts
        )


IN_TIME = Lateness()
"""The lateness of a metric whose samples are not late."""


def late_metrics(evidence: Evidence) -> dict[str, Lateness]:
    """Map every recorded metric to its lateness. If several groups record it, the latest one counts."""
    found: dict[str, Lateness] = {}
    newest, claims = _newest(evidence), _claims(evidence)
    for group in () if isinstance(evidence.rules, Unread) else evidence.rules:
        for state in group.rules:
            name = state.rule.name
            late = _late(group, state, evidence.evaluator, claims.get((group.name, name)), newest.get(name))
            found[name] = max(found.get(name, late), late, key=lambda one: one.seconds)
    return found


def _late(
    group: LoadedGroup, state: RuleState, evaluator: Evaluator, claimed: timedelta | None, newest: float | None
) -> Lateness:
    """Return the delay that vmalert reports, or the part of the claimed offset that the samples of a rule prove."""
    if evaluator.engine is Engine.VMALERT:
        return Lateness(evaluator.lateness(group.delay).total_seconds(), evaluator.unread)
    offset = evaluator.lateness(claimed).total_seconds()
    if not offset:
        return Lateness(0.0, evaluator.unread)
    evaluated = state.evaluated_at
    proved = 0.0 if evaluated is None or newest is None else min(offset, max(evaluated - newest, 0.0))
    if proved + group.interval.total_seconds() + AGE_SLACK_SECONDS < offset:
        why = (
            f"the offset of {offset:g} s that the rule file or the configuration gives to group {group.name} is not "
            "allowed for, because the newest sample does not show it; reload or restart the server"
        )
        return Lateness(proved, why)
    return Lateness(proved, evaluator.unread)


def _claims(evidence: Evidence) -> dict[tuple[str, str], timedelta]:
    """Map group and rule to the ``query_offset`` of the rule file. If files differ, the smallest one counts."""
    found: dict[tuple[str, str], timedelta] = {}
    for group in evidence.files:
        if group.delay is not None:
            for rule in group.rules:
                key = group.name, rule.name
                found[key] = min(group.delay, found.get(key, group.delay))
    return found


def _newest(evidence: Evidence) -> dict[str, float]:
    """Map every metric to the time of the newest sample among all its series."""
    found: dict[str, float] = {}
    answers = () if isinstance(evidence.ranges, Unread) else evidence.ranges.values()
    for series in (series for answer in answers for series in answer if series.times):
        found[series.metric] = max(series.times[-1], found.get(series.metric, series.times[-1]))
    return found


def rule_doubts(signal: Signal, evidence: Evidence, loaded: RuleGraph) -> Iterator[Doubt]:
    """Yield the doubts about all rules under a signal's metric, as the server has loaded them."""
    if isinstance(evidence.rules, Unread):
        return
    metric = signal.metric
    if not evidence.files and not loaded.recorded_by(metric):  # a raw series
        if evidence.rules_untold:
            yield _untold(signal)
        return
    from gonogo.promql.drift import drift  # noqa: PLC0415 - a verdict on raw series does not pay for it
    from gonogo.promql.synthetic import synthetic  # noqa: PLC0415 - as above

    if cycle := loaded.cycle(metric):
        path = " → ".join((*cycle, cycle[0]))
        yield Doubt(
            Reason.SELF_REFERENTIAL,
            f"the rules that record {metric} form a cycle, {path}, and so prove themselves; "
            "record it from raw series alone",
        )
    maker, make = ("the expression of", "compute") if signal.is_evaluated else ("the rule that records", "record")
    if why := synthetic(metric, loaded, maker):
        yield Doubt(Reason.SYNTHETIC, f"{why}; {make} it from measured series and remove the made-up value")
    yield from _past(signal, loaded)
    yield from _duplicate_rules(metric, evidence.rules, loaded)
    if why := drift(metric, evidence.files, evidence.rules):
        step = (
            "load the policy's rule files on the server, or name the files of the loaded rules under the policy's rules"
        )
        yield Doubt(Reason.DRIFTED, f"{why}; {step}")
    elif evidence.rules_untold:
        yield _untold(signal)
    for rule, why in loaded.unreadable(metric):
        yield Doubt(Reason.SOURCE_UNKNOWN, _unreadable(rule, why, evidence.evaluator.engine))
    yield from _health(metric, evidence.rules, loaded)


def _duplicate_rules(metric: str, groups: tuple[LoadedGroup, ...], loaded: RuleGraph) -> Iterator[Doubt]:
    """Yield a doubt for each metric, the given one or one under it, that two rules record."""
    for recorded in dict.fromkeys(rule.name for rule in loaded.closure(metric) if rule.kind is RuleKind.RECORD):
        if why := duplicates(recorded, groups):
            yield Doubt(Reason.DUPLICATE_RULE, f"{why}; keep one of them, or give them labels that differ")


def _past(signal: Signal, loaded: RuleGraph) -> Iterator[Doubt]:
    """Yield a doubt about a value for which a series is read in the past alone, further back than the policy allows."""
    from gonogo.promql.shift import oldest_seconds  # noqa: PLC0415 - a verdict on raw series does not pay for it

    age = oldest_seconds(signal.metric, loaded) if signal.alerts is None else 0.0
    if age <= (0.0 if signal.max_age is None else signal.max_age.total_seconds()):
        return
    yield past_doubt(signal, signal.metric, age)


def past_doubt(signal: Signal, what: str, age: float) -> Doubt:
    """Return a doubt about a metric or a rule that reads a series in the past alone, some seconds ago."""
    read = f"{what} reads a series in the past alone"
    if isfinite(age):
        step = f"read the series of now as well, or allow this age by signals.{signal.name}.max_age"
        return Doubt(Reason.SOURCE_STALE, f"{read}, by its offset at least {age:g} s ago; {step}")
    return Doubt(Reason.SOURCE_STALE, f"{read}, at a time that @ fixes, so its value never changes; leave out @")


def _untold(signal: Signal) -> Doubt:
    unknown = "the rules under {} are" if signal.is_evaluated else "the rule that records {} is"
    return Doubt(
        Reason.SOURCE_UNKNOWN,
        f"{unknown.format(signal.metric)} not known, because the server lists no rules and does not "
        "evaluate them; name the program that evaluates them, such as vmalert, in prometheus.rules_url",
    )


def _unreadable(rule: Rule, why: str, engine: Engine) -> str:
    """Say that the sources of a rule cannot be found. The value of the rule may still be right."""
    if engine is Engine.VMALERT:
        return (
            f"the expression of rule {rule.name} is not PromQL: vmalert alone can judge it, so its sources are "
            "not known; write it in PromQL, or let the policy read the series under it"
        )
    return (
        f"gonogo cannot read the expression of rule {rule.name}, so its sources are not known: {why}; "
        "write it in PromQL that gonogo reads"
    )


def _health(metric: str, groups: tuple[LoadedGroup, ...], loaded: RuleGraph) -> Iterator[Doubt]:
    under = {(rule.kind, rule.name, rule.expression) for rule in loaded.closure(metric)}
    for group in groups:
        for state in group.rules:
            if (state.rule.kind, state.rule.name, state.rule.expression) in under and (why := _problem(state)):
                yield Doubt(Reason.RULE_UNHEALTHY, f"rule {state.rule.name} of group {group.name} {why}")


def _problem(state: RuleState) -> str:
    if state.evaluated_at is None:
        return "has not been evaluated since the server started or reloaded; wait for its next evaluation"
    if state.health is not RuleHealth.OK:
        error = f": {state.last_error}" if state.last_error else ""
        return f"failed at its last evaluation{error}; fix the rule and reload"
    return ""


def duplicates(metric: str, groups: Iterable[Group]) -> str | None:
    """Return a sentence about two rules that record a metric under labels that can coincide, or ``None``.

    The labels can coincide unless a label has different values in the two rules: values that the rules set, or values
    that the selectors of the rules ask for and the rules keep.
    """
    recording = [
        (group, rule)
        for group in groups
        for rule in rules_of(group)
        if rule.name == metric and rule.kind is RuleKind.RECORD
    ]
    if len(recording) < 2:  # noqa: PLR2004 - two rules
        return None
    from gonogo.promql.label_flow import made_labels, may_coincide  # noqa: PLC0415 - rare

    labelled = [(group, made_labels(rule)) for group, rule in recording]
    for (first, one), (second, other) in combinations(labelled, 2):
        if may_coincide(one, other):
            return (
                f"{metric} is recorded twice under labels that can coincide, by {_place(first)} and by {_place(second)}"
            )
    return None


def _place(group: Group) -> str:
    return f"group {group.name}" + (f" of {group.file}" if group.file else "")
