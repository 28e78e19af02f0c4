"""The questions that evaluate the rules of the judged signals once more: a GO is recomputed, not believed.

A series with a recorded signal's name can come from elsewhere: from another target, from a second server that writes
to this one, or from a server that is not the one whose rules were compared. So the rule of a signal is evaluated again,
at the time of the signal's newest sample. The answer holds exceptions only, and is empty on a healthy system.

An expression of the policy that reads recorded series is evaluated again with the rules in place of these series.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gonogo.model.condition import Comparison, Share, Term
from gonogo.model.evidence import Evidence, Recomputed, Unread
from gonogo.model.outcome import Doubt, Reason
from gonogo.model.policy import Policy, Role, Signal
from gonogo.model.rule import RuleKind
from gonogo.model.series import METRIC_LABEL, REALM_LABEL, Series, is_classic_label
from gonogo.promql.canonical import written
from gonogo.promql.graph import RuleGraph
from gonogo.promql.tree import Binary, Expression, Matcher, Number, Vector
from gonogo.verdict.core.evaluations import policy_rules

LONGEST = 20_000
"""The most characters of one expression. A longer one is written without the rules under the rule."""


class Recomputation(Struct, frozen=True):
    """The question about one signal.

    Attributes:
        signal: the name of the signal.
        at: the unix time of the newest sample of the signal.
        terms: the terms on the signal that can make a GO, each once. The exceptions are by the comparisons among them.
        exceptions: PromQL for the recorded series for which the rules give no value that meets the comparisons.
        values: PromQL for the values that the rules give for the recorded series.
    """

    signal: str
    at: float
    terms: tuple[Term, ...]
    exceptions: str
    values: str


def recomputations(policy: Policy, evidence: Evidence) -> tuple[Recomputation, ...]:
    """Return the questions about the signals that can make a GO, as far as loaded rules record the signals."""
    if isinstance(evidence.rules, Unread) or isinstance(evidence.ranges, Unread):
        return ()
    graph = RuleGraph.of((*evidence.rules, *policy_rules(policy)))
    asked = {name: terms for name, terms in _proving(policy).items() if _is_asked(policy.signals[name], graph)}
    if not asked:
        return ()
    from gonogo.promql.inlined import at_time, recorded  # noqa: PLC0415 - a verdict on raw series does not pay for it

    found = []
    for name, terms in asked.items():
        signal = policy.signals[name]
        newest = max((s.times[-1] for s in evidence.ranges.get(name, ()) if s.times and _ours(policy, s)), default=None)
        rules = graph.recorded_by(signal.metric)
        if newest is None or graph.unreadable(signal.metric) or graph.cycle(signal.metric):
            continue
        tree = at_time(recorded(rules, graph), newest)
        if len(written(tree)) > LONGEST:
            tree = at_time(recorded(rules, graph, whole=False), newest)
        own = recorded(rules, graph, whole=False) if signal.is_evaluated else _selector(policy, signal)
        selector = at_time(own, newest)
        met: Expression = tree
        for comparison in dict.fromkeys(term for term in terms if isinstance(term, Comparison)):
            met = Binary(comparison.op.value, met, Number(comparison.bound))
        exceptions = written(Binary("unless", selector, met))
        found.append(
            Recomputation(
                name,
                newest,
                tuple(dict.fromkeys(terms)),
                f"({exceptions})",
                f"({written(Binary('and', tree, selector))})",
            )
        )
    return tuple(found)


def _is_asked(signal: Signal, graph: RuleGraph) -> bool:
    """Return whether rules record a signal or, for an expression, the series that it reads. Alerts record nothing."""
    rules = graph.recorded_by(signal.metric)
    if signal.is_evaluated:
        rules = tuple(under for rule in rules for under in graph.upstream(rule))
    return any(rule.kind is RuleKind.RECORD for rule in rules)


def _proving(policy: Policy) -> dict[str, list[Term]]:
    """Map each signal to the terms that have to hold for a GO or a certificate."""
    conditions = [placed.condition for placed in policy.conditions((Role.REQUIRE,))]
    conditions += [c.statistic.condition for c in policy.dry_run.certify if isinstance(c.statistic, Share)]
    found: dict[str, list[Term]] = {}
    for condition in conditions:
        for term in condition.terms:
            found.setdefault(term.signal, []).append(term)
    return found


def _ours(policy: Policy, series: Series) -> bool:
    return policy.realm is None or series.labels.get(REALM_LABEL) == policy.realm


def _selector(policy: Policy, signal: Signal) -> Vector:
    labels = {**signal.labels, **({} if policy.realm is None else {REALM_LABEL: policy.realm})}
    matchers = (Matcher(name, "=", value) for name, value in labels.items() if is_classic_label(name))
    return Vector(signal.metric, tuple(sorted(matchers)))


def needs_values(question: Recomputation, exceptions: tuple[Series, ...]) -> bool:
    """Return whether the fresh values must be known: an exception does not show itself that the signal is violated."""
    match question.terms:
        case (Comparison() as only,):
            return any(only.holds(series.values[-1]) for series in exceptions if series.values)
        case _:
            return bool(exceptions)


class Unconfirmed(Struct, frozen=True):
    """A recorded series that its rules do not confirm.

    ``value`` is what the rules give, ``None`` if nothing. ``below`` is true if the rules are under an expression.
    ``terms`` are those that the policy requires of the signal.
    """

    value: float | None
    below: bool = False
    terms: tuple[Term, ...] = ()

    def required_doubt(self, series: Series) -> Doubt | None:
        """Return the doubt about a required comparison that the recorded series meets; ``None`` if there is none."""
        met = (t for t in self.terms if isinstance(t, Comparison) and t.holds(series.values[-1]))
        return next(filter(None, (self.doubt(term, series) for term in met)), None)

    def doubt(self, term: Term, series: Series) -> Doubt | None:
        """Return the doubt about a term that the recorded series meets; ``None`` if the fresh value meets it too."""
        if self.value is not None and (not isinstance(term, Comparison) or term.holds(self.value)):
            return None
        given = "nothing" if self.value is None else f"{self.value:.6g}"
        held = f"the server holds {series.values[-1]:.6g} for {series.metric}, and its own rule gives {given}"
        if self.below:
            held = (
                f"{series.metric} is {series.values[-1]:.6g} by the recorded series that its expression reads, and "
                f"{given} by the rules of these series"
            )
        step = "such as a target that exports the name, or another server by remote write"
        return Doubt(Reason.FOREIGN, f"{held}; find what else writes this series, {step}")


def unconfirmed(
    policy: Policy, signal: Signal, found: Recomputed | None
) -> Mapping[frozenset[tuple[str, str]], Unconfirmed]:
    """Map the labels of each series of a signal that the rules do not confirm to what the rules give.

    A series whose fresh value nobody asked for is left out: it violates the policy by its own value.
    """
    if found is None or not found.exceptions or found.fresh is None:
        return {}
    terms = tuple(_proving(policy).get(signal.name, ()))
    fresh = {_labels(series): series.values[-1] for series in found.fresh if series.values}
    name = (METRIC_LABEL, signal.metric)
    return {
        frozenset({name, *_labels(series)}): Unconfirmed(fresh.get(_labels(series)), signal.is_evaluated, terms)
        for series in found.exceptions
    }


def _labels(series: Series) -> frozenset[tuple[str, str]]:
    return frozenset((name, value) for name, value in series.labels.items() if name != METRIC_LABEL)


def recomputation_doubts(signal: Signal, found: Recomputed | None) -> Iterator[Doubt]:
    """Yield a doubt if the server cannot evaluate the rules of a signal once more."""
    if found is not None and found.failed:
        why = f"the rule of {signal.metric} cannot be evaluated once more: {found.failed}"
        yield Doubt(Reason.RULE_UNHEALTHY, f"{why}; fix the rule and reload")
