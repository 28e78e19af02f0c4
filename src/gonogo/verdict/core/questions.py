"""Works out the questions for a verdict: few distinct windows, however many signals and subjects there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from msgspec import Struct, field

from gonogo.model.policy import Policy, Role, Scope, Signal
from gonogo.model.rule import RuleGroup
from gonogo.model.series import REALM_LABEL, Series, subject_key
from gonogo.promql.graph import RuleGraph
from gonogo.promql.selectors import Selector
from gonogo.verdict.core.evaluations import ExpressionQuestion, evaluations, policy_rules, witnesses
from gonogo.verdict.core.tolerances import AGE_INTERVALS, AGE_SLACK_SECONDS, KNOWN_INTERVALS, LOOKBACK_SECONDS

DEFAULT_INTERVAL = timedelta(minutes=1)
"""The default interval of Prometheus for scrapes and rule groups."""

ASK_NOW = (Role.REQUIRE, Role.WARN)
"""The conditions that ``decide`` judges."""

ASK_ALWAYS = tuple(Role)
"""The conditions that a dry run judges."""


class Questions(Struct, frozen=True):
    """The questions to the server for one verdict.

    Attributes:
        windows: window -> the metrics whose raw samples are read over it. Each metric is in one
            window only: the longest window that one of its signals needs.
        instant: the metrics read as one instant vector.
        origins: the raw selectors whose sources are read.
        evaluations: the questions for the signals that gonogo evaluates.
        alerts: True if the firing alerts are read with the rules.
        witnesses: required expression -> a raw selector in which each of its subjects has a series.
    """

    windows: Mapping[timedelta, tuple[str, ...]]
    instant: tuple[str, ...]
    origins: tuple[Selector, ...]
    evaluations: tuple[ExpressionQuestion, ...] = ()
    alerts: bool = False
    witnesses: Mapping[str, str] = field(default_factory=dict)


def judged_signals(policy: Policy, asked: Iterable[Role]) -> dict[str, timedelta | None]:
    """Map every signal that a judged condition reads to the longest duration that a condition asks for."""
    found: dict[str, timedelta | None] = {}
    for placed in policy.conditions(asked):
        for term in placed.condition.terms:
            found[term.signal] = max(filter(None, (found.get(term.signal), term.window)), default=None)
    return found


def ask(
    policy: Policy,
    files: tuple[RuleGroup, ...],
    *,
    asked: Iterable[Role] = ASK_NOW,
    interval: timedelta | None = None,
    late: timedelta = timedelta(0),
) -> Questions:
    """Return the questions for a verdict on the conditions in the ``asked`` lists.

    ``interval`` is that of groups and jobs that do not set one. ``late`` is the largest lateness of recorded samples:
    each window is longer by this much.
    """
    graph = RuleGraph.of((*files, *policy_rules(policy)))
    default = interval or DEFAULT_INTERVAL
    held = judged_signals(policy, asked)
    judged = [policy.signals[name] for name in held]
    signals = [signal for signal in judged if not signal.is_evaluated]
    spans = {s.name: late + _window(policy, s, held[s.name], _interval(s, files, default)) for s in judged}
    own = {signal.name: spans.pop(signal.name) for signal in judged if signal.is_evaluated}
    longest: dict[str, timedelta] = {}
    for signal in signals:
        span = _shared(policy, signal, held, spans)
        longest[signal.metric] = max(longest.get(signal.metric, span), span)
    windows: dict[timedelta, list[str]] = {}
    for metric, span in longest.items():
        windows.setdefault(span, []).append(metric)
    instant = {signal.metric for signal in signals} | {s.written_at for s in signals if s.written_at}
    selectors = {s.text: s for signal in judged for s in graph.raw_selectors(signal.metric)}
    return Questions(
        {window: tuple(sorted(metrics)) for window, metrics in sorted(windows.items())},
        tuple(sorted(instant)),
        tuple(selectors[text] for text in sorted(selectors)),
        evaluations(policy, own, held),
        any(signal.alerts is not None for signal in judged),
        witnesses(policy, required_signals(policy), graph),
    )


def _interval(signal: Signal, files: tuple[RuleGroup, ...], default: timedelta) -> timedelta:
    if signal.interval is not None:
        return signal.interval
    recording = [
        group.interval or default for group in files if any(rule.name == signal.metric for rule in group.rules)
    ]
    return max(recording, default=default)


def _shared(
    policy: Policy, signal: Signal, held: Mapping[str, timedelta | None], spans: Mapping[str, timedelta]
) -> timedelta:
    """Return the window of a signal: shared with others if there are no subjects, else no longer than it must be."""
    if policy.subjects:
        return spans[signal.name]
    lasting = held[signal.name] is not None
    return max(span for name, span in spans.items() if (held[name] is not None) is lasting)


def _window(policy: Policy, signal: Signal, held: timedelta | None, every: timedelta) -> timedelta:
    age = signal.max_age or AGE_INTERVALS * every + timedelta(seconds=AGE_SLACK_SECONDS)
    if held is None:
        return age if policy.subjects else max(age, timedelta(seconds=LOOKBACK_SECONDS))
    return max(age, held + held / 4 + KNOWN_INTERVALS * every)


Labels = Mapping[str, str]


def required_signals(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals of subject scope that a ``require`` reads. A subject is seen in these signals only.

    Alerts come and go, so a count of alerts does not show that a subject exists.
    """
    signals = (policy.signals[name] for name in sorted(judged_signals(policy, (Role.REQUIRE,))))
    return tuple(signal for signal in signals if signal.scope is Scope.SUBJECT and signal.alerts is None)


def missing_subjects(policy: Policy, recent: Iterable[Labels], instant: Iterable[Series]) -> tuple[Labels, ...]:
    """Return the recent subjects that no required signal has now, by ``instant``, the newest samples.

    A subject is present if it has a judged series: a series with the signal's labels, in the
    policy's realm. Its name in another realm, or on a series without the signal's labels,
    does not count.
    """
    missing = {key: labels for labels in recent if (key := subject_key(labels, policy.subjects)) is not None}
    meant: dict[str, list[Labels]] = {}
    for signal in required_signals(policy):
        meant.setdefault(signal.metric, []).append(signal.labels)
    for series in instant:
        if not missing:
            break  # usually the first signal has all subjects
        labels = series.labels
        if policy.realm is not None and labels.get(REALM_LABEL) != policy.realm:
            continue
        key = subject_key(labels, policy.subjects)
        if key in missing and any(wanted.items() <= labels.items() for wanted in meant.get(series.metric, ())):
            del missing[key]
    return tuple(missing.values())
