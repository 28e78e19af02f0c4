"""Judges a policy: a pure function from policy, evidence and time to a verdict.

``decide``, ``watch`` and ``backtest`` all call ``judge``, so that they can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from gonogo.model.condition import Condition
from gonogo.model.evidence import Evidence, RunState, Unread
from gonogo.model.outcome import GateOutcome, JudgedCondition, Outcome, all_of, any_of
from gonogo.model.policy import Gate, Policy
from gonogo.model.series import subject_key
from gonogo.model.verdict import Judgement, SubjectVerdict, of_outcome, worst
from gonogo.verdict.core.added_gates import judge_run, missing_basis
from gonogo.verdict.core.checking import Combine, check
from gonogo.verdict.core.questions import ASK_NOW, Ask, judged_signals
from gonogo.verdict.core.reading import Reading, Readings


def judge(policy: Policy, evidence: Evidence, now: float, *, asked: Iterable[Ask] = ASK_NOW) -> Judgement:
    """Judge every subject by every gate.

    Args:
        policy: the policy to judge by.
        evidence: the evidence that was read. A question without an answer is UNKNOWN and never left out.
        now: the server's own time, in unix seconds.
        asked: the kinds of conditions for which the evidence was read.

    Returns:
        The worst of the subjects' verdicts, and the verdict of each subject with its evidence.
    """
    asked = tuple(asked)
    signals = tuple(policy.signals[name] for name in judged_signals(policy, asked))
    readings = Readings(policy, evidence, signals)
    runs = tuple(
        judge_run(name, evidence.runs.get(name, RunState()), policy.runs, now) for name in policy.runs.required
    )
    subjects = tuple(
        _judge_subject(
            policy, subject, readings, (*missing_basis(policy, evidence, subject), *runs), now, warn=Ask.WARN in asked
        )
        for subject in _subjects(policy, evidence, readings)
    )
    return Judgement(worst(subject.verdict for subject in subjects), now, subjects)


def violated(policy: Policy, evidence: Evidence, now: float) -> tuple[tuple[str, JudgedCondition], ...]:
    """Return the ``abort`` conditions that are true for any subject, each with its gate."""
    signals = tuple(policy.signals[name] for name in judged_signals(policy, (Ask.ABORT,)))
    readings = Readings(policy, evidence, signals)
    found = []
    for subject in _subjects(policy, evidence, readings):
        read = _reader(readings, subject)
        found += [
            (gate.name, made)
            for gate in policy.gates
            for made in _checks(gate.abort, read, now, any_of)
            if made.outcome is Outcome.PASS
        ]
    return tuple(found)


def _subjects(policy: Policy, evidence: Evidence, readings: Readings) -> tuple[tuple[str, ...], ...]:
    if not policy.subjects:
        return ((),)
    seen = () if isinstance(evidence.vanished, Unread) else evidence.vanished
    recent = {key for labels in seen if (key := subject_key(labels, policy.subjects)) is not None}
    return tuple(sorted(readings.subjects | recent)) or (tuple("" for _ in policy.subjects),)


def _judge_subject(
    policy: Policy,
    subject: tuple[str, ...],
    readings: Readings,
    beside: tuple[GateOutcome, ...],
    now: float,
    *,
    warn: bool,
) -> SubjectVerdict:
    read = _reader(readings, subject)
    gates = (*(_judge_gate(gate, read, now, warn=warn) for gate in policy.gates), *beside)
    labels = {name: value for name, value in zip(policy.subjects, subject, strict=True) if value}
    return SubjectVerdict(labels, of_outcome(all_of(gate.outcome for gate in gates)), gates)


def _judge_gate(gate: Gate, read: Callable[[str], tuple[Reading, ...]], now: float, *, warn: bool) -> GateOutcome:
    checks = _checks(gate.require, read, now, all_of)
    warnings = _checks(gate.warn, read, now, any_of) if warn else ()
    return GateOutcome(
        gate.name,
        all_of(made.outcome for made in checks),
        checks,
        tuple(made for made in warnings if made.outcome is Outcome.PASS),
    )


def _checks(
    asked: Iterable[Condition], read: Callable[[str], tuple[Reading, ...]], now: float, members: Combine
) -> tuple[JudgedCondition, ...]:
    return tuple([made for condition in asked for made in check(condition, read, now, members=members)])


def _reader(readings: Readings, subject: tuple[str, ...]) -> Callable[[str], tuple[Reading, ...]]:
    @cache
    def read(name: str) -> tuple[Reading, ...]:
        return readings.read(name, subject)

    return read
