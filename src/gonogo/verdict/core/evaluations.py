"""The signals that gonogo evaluates itself: their rules, and the questions that evaluate them.

An expression of the policy is a rule that only gonogo evaluates. The rule is added to the policy's rule files and to
the rules that the server loaded. So the same code finds the doubts about the rule, about the rules under it, and about
their sources. A count of firing alerts is such a rule over ``ALERTS``, so that the alerts are the rules under it.

Expressions with the same window and interval are asked in one question. Each result has a label with its place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import EVALUATION, Policy, Scope, Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.model.series import METRIC_LABEL, REALM_LABEL, Series, is_classic_label
from gonogo.promql.graph import RuleGraph
from gonogo.promql.matchers import equal, label, narrowed, one_of
from gonogo.verdict.core.answers import unread_doubt

GROUP = "policy"
"""The name of the groups of the rules that only the policy has."""

PLACE_LABEL = "gonogo_signal"
"""The label with the place of a signal in a question."""

NEWEST_SCRAPE = "max(timestamp(up))"
"""The time of the newest scrape at a step: the proof that the server worked at that time."""

HISTORY = ""
"""The key of ``NEWEST_SCRAPE`` in a question. No signal has an empty name."""


def policy_rules(policy: Policy) -> tuple[RuleGroup, ...]:
    """Return the rules of the signals that gonogo evaluates: one group for each interval."""
    found: dict[timedelta, list[Rule]] = {}
    for signal in policy.signals.values():
        if signal.is_evaluated:
            expression = signal.expression or alerts_selector(policy, signal)
            found.setdefault(_every(signal), []).append(Rule(RuleKind.RECORD, signal.metric, expression))
    return tuple(RuleGroup(GROUP, tuple(rules), every) for every, rules in sorted(found.items()))


def with_policy_rules(policy: Policy, evidence: Evidence) -> Evidence:
    """Return the evidence with the policy's own rules, in the files and among the loaded rules."""
    groups = policy_rules(policy)
    if not groups:
        return evidence
    found = evidence.rules
    if not isinstance(found, Unread):
        found = (*found, *(_loaded(group, evidence.now) for group in groups))
    return replace(evidence, files=(*evidence.files, *groups), rules=found)


def refusal_doubts(evidence: Evidence, signal: Signal) -> Iterator[Doubt]:
    """Yield a doubt if the expression of a signal has no answer. The other expressions are not affected."""
    answer = evidence.unevaluated.get(signal.name)
    if answer is not None and answer.refused:
        why = f"the server cannot evaluate {signal.metric}: {answer.why}"
        yield Doubt(Reason.RULE_UNHEALTHY, f"{why}; correct signals.{signal.name} in the policy")
    elif answer is not None:
        yield unread_doubt(answer)


def _loaded(group: RuleGroup, now: float) -> LoadedGroup:
    states = tuple(RuleState(rule, RuleHealth.OK, evaluated_at=now) for rule in group.rules)
    return LoadedGroup(group.name, group.interval or EVALUATION, states)


def _every(signal: Signal) -> timedelta:
    return signal.interval or EVALUATION


def alerts_selector(policy: Policy, signal: Signal) -> str:
    """Write the selector of the firing alerts that a signal counts. An alert without any realm is counted too."""
    realm = () if policy.realm is None else (one_of(REALM_LABEL, ("", policy.realm)),)
    asked = (equal(name, value) for name, value in (signal.alerts or {}).items())
    return narrowed("ALERTS", equal("alertstate", "firing"), *realm, *asked)


class ExpressionQuestion(Struct, frozen=True):
    """A question about several expressions.

    Attributes:
        members: signal -> its expression.
        window: the time whose steps are asked for; ``None`` = the newest values alone.
        every: the time between two steps.
        function: the function that is applied to all steps of a window; empty = the steps themselves.
    """

    members: Mapping[str, str]
    window: timedelta | None
    every: timedelta
    function: str = ""

    def text(self, names: Iterable[str]) -> str:
        """Write the question for some of the signals."""
        marked = (
            f'label_replace((\n{self.members[name]}\n), "{PLACE_LABEL}", "{place}", "", "")'
            for place, name in enumerate(names)
        )
        joint = " or ".join(marked)
        if self.window is None:
            return joint
        steps = f"({joint})[{format_duration(self.window)}:{format_duration(self.every)}]"
        return f"{self.function}({steps})" if self.function else steps


def evaluations(
    policy: Policy, spans: Mapping[str, timedelta], held: Mapping[str, timedelta | None]
) -> tuple[ExpressionQuestion, ...]:
    """Return the questions for the signals of ``spans``: signal -> the window to read.

    ``held`` is the longest duration of a condition on each signal. The alerts of this moment come with the rules, so
    alerts are asked for only if a condition has a duration.
    """
    newest: dict[str, str] = {}
    steps: dict[tuple[timedelta, timedelta], dict[str, str]] = {}
    for name, span in spans.items():
        signal = policy.signals[name]
        place = span, _every(signal)
        if signal.alerts is None:
            newest[name] = as_vector(signal.expression)
            steps.setdefault(place, {})[name] = newest[name]
        elif held[name] is not None:
            steps.setdefault(place, {}).update({name: _history(policy, signal), HISTORY: NEWEST_SCRAPE})
    asked = [ExpressionQuestion(members, window, every) for (window, every), members in sorted(steps.items())]
    return (*([ExpressionQuestion(newest, None, EVALUATION)] if newest else ()), *asked)


def as_vector(expression: str) -> str:
    """Return the expression of an instant vector. A number becomes a series without labels."""
    from gonogo.promql.result import is_number  # noqa: PLC0415 - a verdict without expressions does not pay for it

    return f"vector(\n{expression}\n)" if is_number(expression) else expression


def _history(policy: Policy, signal: Signal) -> str:
    names = (REALM_LABEL, *policy.subjects) if signal.scope is Scope.SUBJECT else (REALM_LABEL,)
    return f"count by ({', '.join(map(label, names))}) ({alerts_selector(policy, signal)})"


def witnesses(policy: Policy, signals: Iterable[Signal], graph: RuleGraph) -> dict[str, str]:
    """Map expressions to a raw selector each, in which every subject of the expression has a series.

    Such a selector is needed for any result, and every step above it keeps the labels of the subject.
    """
    expressions = [signal for signal in signals if signal.is_evaluated]
    subjects = set(policy.subjects)
    found: dict[str, str] = {}
    if not expressions or not subjects or not all(map(is_classic_label, subjects)):
        return found
    from gonogo.promql.label_path import kept_labels  # noqa: PLC0415 - a verdict on raw series does not pay for it

    for signal in expressions:
        kept = kept_labels(graph, signal.metric, (REALM_LABEL, *policy.subjects))
        for selector in graph.raw_selectors(signal.metric):
            keeps = kept.get(selector.text, frozenset())
            if selector.required and selector.is_classic and subjects <= keeps:
                text = selector.text
                if policy.realm is not None and REALM_LABEL in keeps:
                    text = narrowed(text, equal(REALM_LABEL, policy.realm))
                found[signal.name] = text
                break
    return found


def by_signal(
    policy: Policy, names: tuple[str, ...], series: Iterable[Series]
) -> dict[str, tuple[Series, ...] | Unread]:
    """Sort the series of an answer by signal. Each gets the signal's metric as its name, and loses the place.

    Raises:
        ValueError: a series belongs to no signal that was asked for.
    """
    found: dict[str, list[Series]] = {name: [] for name in names}
    for one in series:
        place = one.labels.get(PLACE_LABEL, "")
        if not place.isdecimal() or int(place) >= len(names):
            message = f"no signal {place!r} was asked for"
            raise ValueError(message)
        found[names[int(place)]].append(one)
    return {name: _named(policy, name, members) for name, members in found.items()}


def _named(policy: Policy, name: str, found: list[Series]) -> tuple[Series, ...] | Unread:
    if name == HISTORY:
        return tuple(found)
    metric = policy.signals[name].metric
    named = tuple(replace(one, labels={METRIC_LABEL: metric, **dict(_own_labels(one))}) for one in found)
    if len({frozenset(one.labels.items()) for one in named}) < len(named):
        return Unread(
            f"the expression of {metric}",
            "its result has two series whose labels differ in the name of the metric alone",
            "select one of them, or aggregate them",
            refused=True,
        )
    return named


def with_newest(steps: Iterable[Series], newest: Iterable[Series], until: float) -> tuple[Series, ...]:
    """Join the steps of some series with their newest values, which were evaluated apart. Each is one more sample.

    Steps after ``until``, in unix seconds, are left out.
    """
    left = {frozenset(one.labels.items()): one for one in newest}
    found = []
    for series in steps:
        now = left.pop(frozenset(series.labels.items()), None)
        kept = series if series.newest is None or series.newest <= until else _before(series, until)
        if now is not None and now.times and (not kept.times or kept.times[-1] < now.times[-1]):
            kept = replace(kept, times=(*kept.times, *now.times), values=(*kept.values, *now.values))
        if kept.newest is not None:
            found.append(kept)
    return (*found, *left.values())


def _before(series: Series, until: float) -> Series:
    count = bisect_right(series.times, until)
    histogram = series.histogram_at if series.histogram_at is not None and series.histogram_at <= until else None
    return replace(series, times=series.times[:count], values=series.values[:count], histogram_at=histogram)


def _own_labels(series: Series) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in series.labels.items() if name not in {METRIC_LABEL, PLACE_LABEL})
