"""Judges a policy: a pure function from policy, evidence and time to a verdict.

``decide``, ``watch`` and ``backtest`` all call ``judge``, so that they can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from gonogo.model.condition import Condition
from gonogo.model.evidence import Evidence, RunState
from gonogo.model.outcome import GateOutcome, JudgedCondition, Outcome, all_of, any_of
from gonogo.model.policy import Gate, Policy, Role
from gonogo.model.verdict import Judgement, SubjectVerdict, of_outcome, worst
from gonogo.verdict.core.added_gates import judge_run, missing_basis
from gonogo.verdict.core.checking import Combine, check
from gonogo.verdict.core.questions import ASK_NOW, judged_signals
from gonogo.verdict.core.reading import Reading, Readings

Read = Callable[[str], tuple[Reading, ...]]


def judge(policy: Policy, evidence: Evidence, now: float, *, asked: Iterable[Role] = ASK_NOW) -> Judgement:
    """Judge every subject by every gate.

    Args:
        policy: the policy to judge by.
        evidence: the evidence that was read. A question without an answer is UNKNOWN and never left out.
        now: the server's own time, in unix seconds.
        asked: the kinds of conditions for which the evidence was read.

    Returns:
        The worst of the subjects' verdicts, and the verdict of each subject with its evidence.
    """
    return judge_readings(policy, evidence, Readings(policy, evidence), now, tuple(asked))


def judge_readings(
    policy: Policy, evidence: Evidence, readings: Readings, now: float, asked: tuple[Role, ...]
) -> Judgement:
    """Judge as ``judge`` does, by readings of the same policy and evidence that others use too."""
    runs = [judge_run(name, evidence.runs.get(name, RunState()), policy.runs, now) for name in policy.runs.required]
    subjects = []
    for subject in readings.subjects(judged_signals(policy, asked)):
        read = partial(readings.read, subject)
        judged = (_judge_gate(gate, read, now, warn=Role.WARN in asked) for gate in policy.gates)
        gates = (*judged, *missing_basis(policy, evidence, subject), *runs)
        labels = {name: value for name, value in zip(policy.subjects, subject, strict=True) if value}
        subjects.append(SubjectVerdict(labels, of_outcome(all_of(gate.outcome for gate in gates)), gates))
    return Judgement(worst(subject.verdict for subject in subjects), now, tuple(subjects))


def violated(policy: Policy, readings: Readings, now: float) -> tuple[tuple[str, JudgedCondition], ...]:
    """Return the ``abort`` conditions that are true for any subject, each with its gate."""
    return tuple(
        (gate.name, made)
        for subject in readings.subjects(judged_signals(policy, (Role.ABORT,)))
        for gate in policy.gates
        for made in _checks(gate.abort, partial(readings.read, subject), now, any_of)
        if made.outcome is Outcome.PASS
    )


def _judge_gate(gate: Gate, read: Read, now: float, *, warn: bool) -> GateOutcome:
    checks = _checks(gate.require, read, now, all_of)
    warnings = _checks(gate.warn, read, now, any_of) if warn else ()
    return GateOutcome(
        gate.name,
        all_of(made.outcome for made in checks),
        checks,
        tuple(made for made in warnings if made.outcome is Outcome.PASS),
    )


def _checks(asked: Iterable[Condition], read: Read, now: float, members: Combine) -> tuple[JudgedCondition, ...]:
    return tuple([made for condition in asked for made in check(condition, read, now, members=members)])
