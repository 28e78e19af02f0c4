"""Doubts about the rules behind a signal: cycles, made-up values, duplicates, drift, health."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.duplicates import duplicates
from gonogo.model.evaluator import Engine
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.rule import LoadedGroup, Rule, RuleHealth, RuleState
from gonogo.model.signal import Signal
from gonogo.promql.drift import drift
from gonogo.promql.graph import RuleGraph
from gonogo.promql.synthetic import synthetic


def rule_doubts(signal: Signal, evidence: Evidence, loaded: RuleGraph) -> Iterator[Doubt]:
    """Yield the doubts about all rules under a signal's metric, as the server has loaded them."""
    if isinstance(evidence.rules, Unread):
        return
    metric = signal.metric
    if cycle := loaded.cycle(metric):
        path = " → ".join((*cycle, cycle[0]))
        yield Doubt(
            Reason.SELF_REFERENTIAL,
            f"the rules that record {metric} form a cycle, {path}, and so prove themselves; "
            "record it from raw series alone",
        )
    if why := synthetic(metric, loaded):
        yield Doubt(Reason.SYNTHETIC, f"{why}; record it from measured series and remove the made-up value")
    if why := duplicates(metric, evidence.rules):
        yield Doubt(Reason.DUPLICATE_RULE, f"{why}; keep one of them, or give them labels that differ")
    if why := drift(metric, evidence.files, evidence.rules):
        yield Doubt(
            Reason.DRIFTED, f"{why}; load the policy's rule files on the server, or change the files and test them"
        )
    elif evidence.rules_untold:
        yield Doubt(
            Reason.SOURCE_UNKNOWN,
            f"the rule that records {metric} is not known, because the server lists no rules and does not "
            "evaluate them; name the program that evaluates them, such as vmalert, in prometheus.rules_url",
        )
    for rule, why in loaded.unreadable(metric):
        yield Doubt(Reason.SOURCE_UNKNOWN, _unreadable(rule, why, evidence.evaluator.engine))
    yield from _health(metric, evidence.rules, loaded)


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
