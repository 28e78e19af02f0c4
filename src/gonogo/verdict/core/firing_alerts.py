"""Counts the firing alerts of a signal, from the alerts and the rules that the server shows.

The count is exact only if every alerting rule that can match was evaluated without error, within two intervals of its
group, and if there is such a rule. At least the alerts of sound rules fire, also while other rules are in doubt.

The count of the past is the number of series of ``ALERTS`` at a step. A step without a series is 0 only if the server
was scraping at that time, and has evaluated rules since before that time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, field

from gonogo.model.condition import Comparison, Operator, Term
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Outcome, Reason
from gonogo.model.policy import Policy, Scope, Signal
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, RuleHealth, RuleState
from gonogo.model.series import METRIC_LABEL, REALM_LABEL, Series, subject_key
from gonogo.promql.graph import RuleGraph
from gonogo.promql.matchers import bearing
from gonogo.verdict.core.alert_doubts import ALERT_NAME, alert_doubts, can_have, late, limit_seconds
from gonogo.verdict.core.answers import Key, SignalAnswers

if TYPE_CHECKING:
    from gonogo.promql.label_set import LabelSet

MOST_NAMED = 5
"""The number of firing alerts that a detail names. The rest is counted."""

Counts = Mapping[Key, Mapping[float, float]]
"""Subject -> unix time -> the number of alerts."""


class FiringAlerts(Struct, frozen=True):
    """The counts of a signal by subject, and the doubts about them.

    Attributes:
        answers: the counts as series, for the subjects that have or had alerts.
        zero: the counts of a subject without any alert; ``None`` if no rules are known.
        subjects: the labels whose values name a subject.
        firm: the counts of the alerts of sound rules alone, for the same subjects.
        names: the alerts that fire now, as text for a detail.
        doubts: the reasons why a count may be too small.
        makers: the labels that the alerts of each rule can have.
        scope_key: the key of the policy that sets the scope of the signal.
    """

    answers: SignalAnswers
    zero: Series | None = None
    subjects: tuple[str, ...] = ()
    firm: Mapping[Key, Series] = field(default_factory=dict)
    names: Mapping[Key, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    makers: tuple[LabelSet, ...] = ()
    scope_key: str = ""

    def doubts_of(self, key: Key) -> tuple[Doubt, ...]:
        """Return a doubt if no rule can make an alert of a subject, so that nothing counts for the subject."""
        subject = dict(zip(self.subjects, key, strict=True))
        if not subject or not self.makers or any(can_have(labels, subject) for labels in self.makers):
            return ()
        why = f"no alerting rule of the server can make an alert with {bearing(subject)}"
        step = f"load a rule for it, or count the alerts for all subjects: {self.scope_key}: shared"
        return (Doubt(Reason.ABSENT, f"{why}; {step}"),)

    def of(self, key: Key) -> SignalAnswers:
        """Return the counts of a subject."""
        if self.zero is None or key in self.answers.ranges:
            return self.answers
        own = replace(self.zero, labels={**self.zero.labels, **dict(zip(self.subjects, key, strict=True))})
        return SignalAnswers({key: (own,)}, {key: (_newest(own),)}, frozenset())


class _Alert(Struct, frozen=True):
    """A firing alert that a signal counts. ``key`` is ``None`` if the alert lacks the label of a subject."""

    name: str
    key: Key | None
    sound: bool


def firing_alerts(policy: Policy, evidence: Evidence, signal: Signal, loaded: RuleGraph) -> FiringAlerts:
    """Count the alerts of a signal for every subject. ``loaded`` has the policy's rules beside the server's."""
    if isinstance(evidence.rules, Unread):
        return FiringAlerts(SignalAnswers({}, {}, frozenset()))
    from gonogo.promql.label_flow import made_labels  # noqa: PLC0415 - a verdict without alerts does not pay for it

    matching = _matching(evidence.rules, loaded, signal)
    named = {name: value for name, value in (signal.alerts or {}).items() if name not in (ALERT_NAME, "alertgroup")}
    made = tuple(can for _, state in matching if can_have(can := made_labels(state.rule), named))
    subjects = policy.subjects if signal.scope is Scope.SUBJECT else ()
    found = tuple(_firing(policy, signal, subjects, evidence.rules, evidence.now))
    before, unplaced = _past(evidence, signal, subjects)
    known = frozenset(_known_steps(evidence, signal, matching)).difference(unplaced)
    now: dict[Key, list[_Alert]] = {}
    for alert in found:
        if alert.key is not None:
            now.setdefault(alert.key, []).append(alert)
    realm = {} if policy.realm is None else {REALM_LABEL: policy.realm}
    zero = _series({METRIC_LABEL: signal.metric, **realm}, known, {}, evidence.now, 0)
    series, firm = {}, {}
    for key in (*now, *before):
        labels = {**zero.labels, **dict(zip(subjects, key, strict=True))}
        alerts, past = now.get(key, []), before.get(key, {})
        series[key] = _series(labels, known, past, evidence.now, len(alerts))
        firm[key] = _series(labels, known, past, evidence.now, sum(alert.sound for alert in alerts))
    return FiringAlerts(
        SignalAnswers(
            {key: (one,) for key, one in series.items()},
            {key: (_newest(one),) for key, one in series.items()},
            frozenset(),
        ),
        zero,
        subjects,
        firm,
        {key: _named(alert.name for alert in alerts) for key, alerts in now.items()},
        (*alert_doubts(evidence, signal, matching, made, loaded), *_unplaced(signal, subjects, found)),
        made,
        f"signals.{signal.name}.scope",
    )


def _matching(
    groups: Iterable[LoadedGroup], loaded: RuleGraph, signal: Signal
) -> tuple[tuple[LoadedGroup, RuleState], ...]:
    """List the alerting rules that can match: no label that the rule sets contradicts the signal."""
    under = {id(rule) for own in loaded.recorded_by(signal.metric) for rule in loaded.upstream(own)}
    return tuple((group, state) for group in groups for state in group.rules if id(state.rule) in under)


def _firing(
    policy: Policy, signal: Signal, subjects: tuple[str, ...], groups: Iterable[LoadedGroup], now: float
) -> Iterator[_Alert]:
    asked = (signal.alerts or {}).items()
    for group in groups:
        for state in group.rules:
            for shown in state.firing:
                labels = {ALERT_NAME: state.rule.name, **shown}
                realm = labels.get(REALM_LABEL) or policy.realm
                if asked <= labels.items() and policy.realm in {None, realm}:
                    sound = state.health is RuleHealth.OK and not late(group, state, now)
                    yield _Alert(state.rule.name, subject_key(labels, subjects), sound)


def _past(
    evidence: Evidence, signal: Signal, subjects: tuple[str, ...]
) -> tuple[dict[Key, dict[float, float]], set[float]]:
    """Return the counts of the past, and the times at which an alert without the label of a subject fired."""
    before: dict[Key, dict[float, float]] = {}
    unplaced: set[float] = set()
    ranges = {} if isinstance(evidence.ranges, Unread) else evidence.ranges
    for series in ranges.get(signal.name, ()):
        key = subject_key(series.labels, subjects)
        if key is None:
            unplaced.update(series.times)
            continue
        counts = before.setdefault(key, {})
        for time, value in zip(series.times, series.values, strict=True):
            counts[time] = counts.get(time, 0.0) + value
    return before, unplaced


def _known_steps(
    evidence: Evidence, signal: Signal, matching: Iterable[tuple[LoadedGroup, RuleState]]
) -> Iterator[float]:
    """Yield the times at which no series of ``ALERTS`` means that no alert fired."""
    targets = () if isinstance(evidence.targets, Unread) else evidence.targets
    fastest = min((target.scrape_interval for target in targets if target.scrape_interval), default=timedelta(0))
    longest = max((group.interval for group, _ in matching), default=timedelta(0))
    if evidence.evaluating_since is None:
        return
    since = evidence.evaluating_since + longest.total_seconds()
    for series in evidence.newest_scrapes.get(signal.name, ()):
        for time, scraped in zip(series.times, series.values, strict=True):
            if time >= since and time - scraped <= limit_seconds(fastest):
                yield time


def _series(
    labels: Mapping[str, str], zero: Iterable[float], before: Mapping[float, float], now: float, count: int
) -> Series:
    times = sorted(time for time in {*zero, *before} if time < now)
    return Series(labels, (*times, now), (*(before.get(time, 0.0) for time in times), float(count)))


def _newest(series: Series) -> Series:
    return Series(series.labels, series.times[-1:], series.values[-1:])


def _named(names: Iterable[str]) -> str:
    found = sorted({*names})
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    return f"firing: {', '.join(found[:MOST_NAMED])}{more}"


def _unplaced(signal: Signal, subjects: tuple[str, ...], found: Iterable[_Alert]) -> Iterator[Doubt]:
    names = [alert.name for alert in found if alert.key is None]
    if names:
        why = f"{_named(names)} has no label {' or '.join(subjects)}, so it can be the alert of any subject"
        step = f"keep the label in the rule, or count the alerts for all subjects: signals.{signal.name}.scope: shared"
        yield Doubt(Reason.AMBIGUOUS, f"{why}; {step}")


_AT_LEAST = {Operator.EQ: Operator.LE, Operator.NE: Operator.GT}
"""The comparisons that a value decides which can only be too small. ``==`` can only be refuted, ``!=`` only proved."""


def provable(term: Term) -> tuple[Comparison, Outcome] | None:
    """Return the comparison that a count which may be too small can decide, and the outcome that it can prove."""
    if not isinstance(term, Comparison):
        return None
    op = _AT_LEAST.get(term.op, term.op)
    return replace(term, op=op), Outcome.PASS if op in {Operator.GT, Operator.GE} else Outcome.FAIL
