"""The facts about a signal that are the same for every subject: its answers, its rules, and its sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Policy, Signal
from gonogo.model.rule import Rule
from gonogo.model.series import REALM_LABEL, by_metric
from gonogo.promql.graph import RuleGraph
from gonogo.verdict.core.answers import Key, SignalAnswers, answer_doubts, answers
from gonogo.verdict.core.evaluations import refusal_doubts, with_policy_rules
from gonogo.verdict.core.feeds import SOURCE_LABELS, Feed, Kept
from gonogo.verdict.core.firing_alerts import FiringAlerts, firing_alerts
from gonogo.verdict.core.recomputation import Unconfirmed, recomputation_doubts, unconfirmed
from gonogo.verdict.core.rule_doubts import IN_TIME, Lateness, late_metrics, rule_doubts
from gonogo.verdict.core.series_doubts import nameless_doubts, too_old, written


class Background(Struct, frozen=True):
    """The facts about a signal that are the same for every subject.

    ``written`` has the times of its writers, ``unconfirmed`` the series that its rules do not confirm, by their labels.
    """

    signal: Signal
    doubts: tuple[Doubt, ...]
    interval: float | None
    lateness: Lateness
    feeds: tuple[Feed, ...]
    rules: tuple[str, ...]
    answers: SignalAnswers
    written: Mapping[Key, float]
    unconfirmed: Mapping[frozenset[tuple[str, str]], Unconfirmed]
    alerts: FiringAlerts | None = None


class Backgrounds:
    """The backgrounds of the policy's signals. Each is found once, when it is first needed.

    ``unread`` has the doubts about answers without which no signal is known.
    """

    def __init__(self, policy: Policy, evidence: Evidence) -> None:
        """Sort the facts that all signals share."""
        self._late = late_metrics(evidence)
        evidence = with_policy_rules(policy, evidence)
        self._policy = policy
        self._evidence = evidence
        self.unread = tuple(answer_doubts(evidence))
        self._instant = by_metric(() if isinstance(evidence.instant, Unread) else evidence.instant)
        self._files = RuleGraph.of(evidence.files)
        self._loaded = RuleGraph.of(() if isinstance(evidence.rules, Unread) else evidence.rules)
        self._intervals = _recording_intervals(evidence)
        self._known: dict[str, Background] = {}

    def of(self, name: str) -> Background:
        """Return the background of a signal."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._found(self._policy.signals[name])
        return known

    def _found(self, signal: Signal) -> Background:
        origins = {} if isinstance(self._evidence.origins, Unread) else self._evidence.origins
        untraced = self._evidence.untraced
        selectors = self._files.raw_selectors(signal.metric)
        realm, kept = self._policy.realm, self._kept(signal.metric)
        version = self._evidence.version
        unknown = tuple(_untraced(s.text, untraced[s.text], version) for s in selectors if s.text in untraced)
        found = answers(self._policy, self._evidence, signal, self._instant)
        recomputed = {} if isinstance(self._evidence.recomputed, Unread) else self._evidence.recomputed
        again = recomputed.get(signal.name)
        nameless = nameless_doubts(found.nameless, self._policy.subjects)
        alerts = None
        if signal.alerts is not None:
            alerts = firing_alerts(self._policy, self._evidence, signal, self._loaded)
            unknown += alerts.doubts
        unknown += tuple(refusal_doubts(self._evidence, signal))
        return Background(
            signal,
            (
                *self.unread,
                *rule_doubts(signal, self._evidence, self._loaded),
                *unknown,
                *nameless,
                *recomputation_doubts(signal, again),
            ),
            self._intervals.get(signal.metric),
            self._late.get(signal.metric, IN_TIME),
            tuple(
                Feed.of(s, origins.get(s.text, ()), kept(s.text), realm) for s in selectors if s.text not in untraced
            ),
            tuple(_described(rule, signal) for rule in self._loaded.closure(signal.metric)),
            alerts.answers if alerts else found,
            written(self._policy, signal, self._instant),
            unconfirmed(self._policy, signal, again),
            alerts,
        )

    def _kept(self, metric: str) -> Callable[[str], Kept]:
        """Return a function from the text of a selector to the labels that every rule up to the metric keeps."""
        names = frozenset((REALM_LABEL, *SOURCE_LABELS, *self._policy.subjects, *self._policy.synthetic_labels))
        if not self._files.recorded_by(metric):
            return lambda _: names
        from gonogo.promql.label_path import kept_labels  # noqa: PLC0415 - a verdict on raw series does not pay for it

        kept = kept_labels(self._files, metric, names)
        return lambda text: kept.get(text, frozenset())


def _described(rule: Rule, signal: Signal) -> str:
    own = signal.is_evaluated and rule.name == signal.metric
    return f"{'' if own else 'rule '}{rule.name}: {rule.expression}"


def _untraced(selector: str, answer: Unread, version: str | None) -> Doubt:
    why = f"the sources of {selector} are not known, because the server gives no valid answer: {answer.why}"
    return Doubt(Reason.SOURCE_UNKNOWN, f"{why}; {too_old(version) or answer.next_step}")


def _recording_intervals(evidence: Evidence) -> dict[str, float]:
    intervals: dict[str, float] = {}
    for group in () if isinstance(evidence.rules, Unread) else evidence.rules:
        seconds = group.interval.total_seconds()
        for state in group.rules:
            intervals[state.rule.name] = max(intervals.get(state.rule.name, 0.0), seconds)
    return intervals
