"""Alerts made from the policy's own conditions, so that every threshold has one home.

An alert fires on a violation of a signal, as the policy defines it: each ``abort`` (severity ``critical``) and each
``warn`` (severity ``warning``) that is a single comparison of the signal. Without either, the opposite of ``require``
is the violation. Conditions with ``or`` and ``falling`` make no alert: only the judge evaluates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from gonogo.model.condition import Comparison, Condition, Operator
from gonogo.model.policy import Gate, Policy, Scope, Signal
from gonogo.model.rule import Rule, RuleKind
from gonogo.rulepack.expression import aggregate, number, series, signal_series, subject_labels

BEAT = "heartbeat_ok"
"""The signal that shows that a subject exists."""

PATIENCE = timedelta(minutes=10)
"""The time for which a signal is missing, or a requirement is not met, before the alert fires."""

CONDITION = "condition"
"""The alert's label that names the violated condition, in the policy's grammar."""

CRITICAL = "critical"
WARNING = "warning"

_ABSENT = "A series that the gate requires is missing, so the gate is UNKNOWN and the verdict is HOLD."
VALUE = '{{ printf "%.4g" $value }}'
"""The template of the value in an annotation."""

_OPPOSITE = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
}


@dataclass(frozen=True, slots=True)
class Watch:
    """The name of an alert on violations of a signal, and its summary in one sentence."""

    signal: str
    alert: str
    summary: str


@dataclass(frozen=True, slots=True)
class Violation:
    """A comparison that is true in a violation, with its severity."""

    comparison: Comparison
    severity: str


def violations(gate: Gate, signal: str) -> tuple[Violation, ...]:
    """Return the comparisons that the policy's gate defines as violations of the signal."""
    told = [Violation(c, CRITICAL) for c in _single(gate.abort, signal)]
    told += [Violation(c, WARNING) for c in _single(gate.warn, signal)]
    if not told:
        missed = (replace(c, op=_OPPOSITE[c.op], held=c.held or PATIENCE) for c in _single(gate.require, signal))
        told = [Violation(c, WARNING) for c in missed]
    return tuple(dict.fromkeys(told))


def violation_alerts(
    policy: Policy, gate: str, signals: tuple[Signal, ...], watches: Iterable[Watch]
) -> tuple[Rule, ...]:
    """Return the alerts on a gate's violations; none if the policy does not have the gate."""
    known = known_signals(policy, signals)
    return tuple(
        _violation_alert(policy, gate, known[watch.signal], watch, violation)
        for asked in _gates(policy, gate)
        for watch in watches
        if known[watch.signal].each
        for violation in violations(asked, watch.signal)
    )


def absence_alert(policy: Policy, gate: str, signals: tuple[Signal, ...], name: str, summary: str) -> tuple[Rule, ...]:
    """Return the alert that fires while a series that the gate requires is missing."""
    known = known_signals(policy, signals)
    missing = [
        expression
        for asked in _gates(policy, gate)
        for signal in required(asked)
        if signal in known
        for expression in _missing(policy, known[signal], beside_beat=BEAT not in known)
    ]
    return (alert(gate, name, "\nor ".join(missing), CRITICAL, PATIENCE, (summary, _ABSENT)),) if missing else ()


def known_signals(policy: Policy, signals: tuple[Signal, ...]) -> Mapping[str, Signal]:
    """Return the preset's signals by name. The policy's own definition of a signal takes precedence."""
    return {signal.name: policy.signals.get(signal.name, signal) for signal in signals}


def required(gate: Gate) -> tuple[str, ...]:
    """Return the names of the signals in the gate's requirements, each once."""
    return tuple(dict.fromkeys(term.signal for condition in gate.require for term in condition.terms))


def alert(
    gate: str, name: str, expression: str, severity: str, held: timedelta, text: tuple[str, str], **labels: str
) -> Rule:
    """Return an alert; ``text`` is its summary and its description."""
    summary, description = text
    annotations = {"summary": summary, "description": description, "runbook_url": f"docs/ops/{gate}.md"}
    own = {"severity": severity, "gate": gate} | labels
    return Rule(RuleKind.ALERT, name, expression, own, annotations, held)


def _violation_alert(policy: Policy, gate: str, signal: Signal, watch: Watch, violation: Violation) -> Rule:
    comparison = violation.comparison
    expression = f"{signal_series(policy, signal)} {comparison.op} {number(comparison.bound)}"
    held = comparison.held or timedelta(0)
    text = (watch.summary, f"The value is {VALUE}.")
    return alert(gate, watch.alert, expression, violation.severity, held, text, **{CONDITION: str(comparison)})


def _missing(policy: Policy, signal: Signal, *, beside_beat: bool) -> Iterator[str]:
    """Yield expressions that give a result if a series is missing for all, or for a subject with a heartbeat."""
    kept = subject_labels(policy)
    for labels in signal.each:
        selector = signal_series(policy, signal).where(**labels)
        yield f"absent({selector})"
        if beside_beat and policy.subjects and signal.scope is Scope.SUBJECT:
            yield f"({aggregate('group', kept, series(policy, BEAT))} unless {aggregate('group', kept, selector)})"


def _gates(policy: Policy, name: str) -> tuple[Gate, ...]:
    return tuple(gate for gate in policy.gates if gate.name == name)


def _single(conditions: Iterable[Condition], signal: str) -> Iterator[Comparison]:
    for condition in conditions:
        match condition.terms:
            case (Comparison(signal=name) as comparison,) if name == signal:
                yield comparison
