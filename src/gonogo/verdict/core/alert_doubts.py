"""Doubts about the rules of the alerts that a signal counts: late, without series, of the past, or unable to match."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Signal
from gonogo.model.rule import LoadedGroup, Rule, RuleState
from gonogo.model.series import REALM_LABEL
from gonogo.promql.graph import RuleGraph
from gonogo.promql.matchers import bearing
from gonogo.verdict.core.rule_doubts import past_doubt
from gonogo.verdict.core.tolerances import AGE_INTERVALS, AGE_SLACK_SECONDS, FUTURE_SECONDS

if TYPE_CHECKING:
    from gonogo.promql.label_set import LabelSet

ALERT_NAME = "alertname"

_GIVEN = frozenset({ALERT_NAME, "alertgroup", "job", "instance", REALM_LABEL})
"""The labels that alerts can have although no rule names them."""


def limit_seconds(interval: timedelta) -> float:
    """Return the greatest age in seconds of an evaluation or a scrape with this interval."""
    return AGE_INTERVALS * interval.total_seconds() + AGE_SLACK_SECONDS


def late(group: LoadedGroup, state: RuleState, now: float) -> tuple[Doubt, ...]:
    """Return a doubt if a rule was not evaluated in time. A rule without any evaluation has a doubt of its own."""
    if state.evaluated_at is None:
        return ()
    age, limit, name = (
        now - state.evaluated_at,
        limit_seconds(group.interval),
        f"rule {state.rule.name} of group {group.name}",
    )
    if age < -FUTURE_SECONDS:
        why = f"the last evaluation of {name} is {-age:.1f} s ahead of the server's clock; set the clocks right"
        return (Doubt(Reason.FUTURE, why),)
    if age > limit:
        why = f"{name} was last evaluated {age:.0f} s ago, over the {limit:g} s allowed"
        return (Doubt(Reason.STALE, f"{why}; see in the server's log why it evaluates its rules late"),)
    return ()


def alert_doubts(
    evidence: Evidence,
    signal: Signal,
    matching: tuple[tuple[LoadedGroup, RuleState], ...],
    made: tuple[LabelSet, ...],
    loaded: RuleGraph,
) -> Iterator[Doubt]:
    """Yield the reasons why the count of a signal may be too small.

    ``matching`` has the rules that can match by the labels that they set, and ``made`` the labels of the alerts that
    can match. ``loaded`` has the policy's rules beside the server's.
    """
    for group, state in matching:
        yield from late(group, state, evidence.now)
        yield from _blind(evidence, state.rule, loaded)
        yield from _of_the_past(signal, state.rule, loaded)
    if evidence.rules_untold:
        return
    asked = bearing(signal.alerts or {}) or "any label"
    if not made:
        why = f"no alerting rule of the server can make an alert with {asked}"
        yield Doubt(Reason.ABSENT, f"{why}; load the rules of these alerts, or correct signals.{signal.name}.alerts")
        return
    names = {*(signal.alerts or {})}.difference(_GIVEN)
    if not any(_mentions(state.rule, names, loaded) for _, state in matching):
        why = f"no alerting rule of the server mentions {', '.join(sorted(names))}, so no alert with {asked} is known"
        yield Doubt(Reason.ABSENT, f"{why}; set the label in the rules, or correct signals.{signal.name}.alerts")


def can_have(labels: LabelSet, asked: Mapping[str, str]) -> bool:
    """Return whether alerts with such labels can have the asked values."""
    return all(value in labels.of(name) for name, value in asked.items())


def _blind(evidence: Evidence, rule: Rule, loaded: RuleGraph) -> Iterator[Doubt]:
    """Yield a doubt if no series at all feeds an alerting rule. The rule of another alert does not make up for it."""
    origins = {} if isinstance(evidence.origins, Unread) else evidence.origins
    texts = [selector.text for selector in loaded.raw_selectors_of(rule)]
    if texts and not any(origins.get(text) or text in evidence.untraced for text in texts):
        why = f"no series feeds {', '.join(sorted(texts))}, so rule {rule.name} cannot fire"
        yield Doubt(Reason.SOURCE_UNKNOWN, f"{why}; bring back what exports it")


def _of_the_past(signal: Signal, rule: Rule, loaded: RuleGraph) -> Iterator[Doubt]:
    """Yield a doubt about an alert that compares a series of the past alone, so that it cannot fire for now."""
    from gonogo.promql.shift import oldest_of_rule  # noqa: PLC0415 - a verdict without alerts does not pay for it

    age = oldest_of_rule(rule, loaded)
    if age > (0.0 if signal.max_age is None else signal.max_age.total_seconds()):
        yield past_doubt(signal, f"rule {rule.name}", age)


def _mentions(rule: Rule, names: set[str], graph: RuleGraph) -> bool:
    """Return whether a rule, with the rules under it, mentions all these labels."""
    under = [rule]
    for one in under:
        under += [below for below in graph.upstream(one) if all(below is not known for known in under)]
    return all(
        any(name in one.labels or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", one.expression) for one in under)
        for name in names
    )
