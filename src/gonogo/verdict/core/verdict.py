"""Judges a policy: a pure function from policy, evidence and time to a verdict.

``decide``, ``watch`` and ``backtest`` all call ``judge``, so that they can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from gonogo.model.condition import Condition
from gonogo.model.evidence import Evidence, RunState
from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason, all_of, any_of, in_order
from gonogo.model.policy import Gate, Policy, Role, Runs
from gonogo.model.record import DRY_RUN
from gonogo.model.replacing import replace
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict, of_outcome, worst
from gonogo.verdict.core.answers import Key, answer_doubts
from gonogo.verdict.core.checking import Combine, Read, check
from gonogo.verdict.core.questions import ASK_NOW, judged_signals
from gonogo.verdict.core.reading import Readings
from gonogo.verdict.core.tolerances import FUTURE_SECONDS

GATES = "gates"
"""The name of the gate that is added if no gate of the policy reads a series."""

SUBJECTS = "subjects"
"""The name of the gate that is added if no subject was found."""


def missing_basis(policy: Policy, evidence: Evidence, subject: Key) -> tuple[GateOutcome, ...]:
    """Return an UNKNOWN gate for each basis that the verdict lacks; usually none.

    A run gate passes by its record alone, and a gate over shared signals passes without any
    subject. Neither proves that the server answers and that a subject is healthy. The labels of
    ``subject`` are all empty if no subject was found.
    """
    gates = []
    for name, condition, doubt in _missing(policy, subject):
        doubts = in_order((*answer_doubts(evidence), doubt))
        unknown = JudgedCondition(condition, Outcome.UNKNOWN, doubts, doubts[0].detail)
        gates.append(GateOutcome(name, Outcome.UNKNOWN, (unknown,)))
    return tuple(gates)


def _missing(policy: Policy, subject: Key) -> Iterator[tuple[str, str, Doubt]]:
    if not any(gate.require for gate in policy.gates):
        why = (
            "no gate of the policy requires anything of a series, so nothing was proved; "
            "add a condition to a gate's require"
        )
        yield GATES, "a gate that reads a series", Doubt(Reason.ABSENT, why)
    if policy.subjects and not any(subject):
        labels = ", ".join(policy.subjects)
        why = (
            f"no required signal of subject scope had a series with a subject by {labels}, now or within a day; "
            "start what exports the series, or require such a signal"
        )
        yield SUBJECTS, f"a subject by {labels}", Doubt(Reason.ABSENT, why)


def judge_run(name: str, state: RunState, runs: Runs, now: float) -> GateOutcome:
    """Judge a run gate. ``now`` is the time of this machine's clock, by which records are dated, not the server's."""
    doubts = _doubts(name, state, runs, now)
    outcome = Outcome.UNKNOWN if doubts else Outcome.PASS
    age = now - state.passed_at if state.passed_at is not None else None
    detail = doubts[0].detail if doubts else f"passed {max(age or 0.0, 0.0):.0f} s ago on exactly these inputs"
    passed = JudgedCondition(f"{name} passed", outcome, doubts, detail, sampled_at=state.passed_at, age_seconds=age)
    return GateOutcome(name, outcome, (passed,))


def _doubts(name: str, state: RunState, runs: Runs, now: float) -> tuple[Doubt, ...]:
    if state.last_passed is False:
        why = f"the last run on these inputs failed{f' ({state.last_detail})' if state.last_detail else ''}"
    elif state.passed_at is None:
        why = state.last_detail or "there is no record of a run on exactly these inputs"
    elif state.passed_at - now > FUTURE_SECONDS:
        why = f"the record of the last passed run is {state.passed_at - now:.0f} s ahead of this machine's clock"
    elif now - state.passed_at > runs.max_age.total_seconds():
        why = f"the last passed run is {now - state.passed_at:.0f} s old, over {runs.max_age.total_seconds():.0f} s"
    else:
        return ()
    step = "run gonogo dryrun again" if name == DRY_RUN else f"run gonogo dryrun, which includes {name}"
    return (Doubt(Reason.NO_RECORD, f"{why}; {step}"),)


def without_steps(judgement: Judgement, missing: Iterable[tuple[str, str]]) -> Judgement:
    """Return the judgement with each GO turned into HOLD, if a step of the dry run did not pass.

    The history alone may look healthy although the reload failed or a beat of this dry run did not
    arrive. Then nothing is proved about the system that runs now. A subject with NO-GO keeps NO-GO.
    ``missing`` has the name of each step that did not pass, and the reason.
    """
    checks = []
    for step, why in missing:
        doubt = Doubt(Reason.NO_RECORD, f"{why}; fix the cause and run the dry run again")
        checks.append(JudgedCondition(f"{step} passed", Outcome.UNKNOWN, (doubt,), doubt.detail))
    if not checks:
        return judgement
    gate = GateOutcome(DRY_RUN, Outcome.UNKNOWN, tuple(checks))
    subjects = tuple(
        replace(subject, verdict=worst((subject.verdict, Verdict.HOLD)), gates=(*subject.gates, gate))
        for subject in judgement.subjects
    )
    return replace(judgement, verdict=worst(subject.verdict for subject in subjects), subjects=subjects)


def judge(policy: Policy, evidence: Evidence, now: float, *, asked: Iterable[Role] = ASK_NOW) -> Judgement:
    """Judge every subject by every gate. ``asked`` names the lists of conditions for which the evidence was read.

    A question without an answer is UNKNOWN and never left out. ``now`` is the server's own time, in unix seconds.
    """
    return judge_readings(policy, evidence, Readings(policy, evidence), now, tuple(asked))


def judge_readings(
    policy: Policy, evidence: Evidence, readings: Readings, now: float, asked: tuple[Role, ...]
) -> Judgement:
    """Judge as ``judge`` does, by readings of the same policy and evidence that others use too."""
    runs = [
        judge_run(name, evidence.runs.get(name, RunState()), policy.runs, evidence.local_now)
        for name in (*policy.runs.required, *((DRY_RUN,) if DRY_RUN in evidence.runs else ()))
    ]
    subjects = []
    for subject in readings.subjects(judged_signals(policy, asked)):
        read = partial(readings.read, subject)
        judged = (_judge_gate(gate, read, now, warn=Role.WARN in asked) for gate in policy.gates)
        gates = (*judged, *missing_basis(policy, evidence, subject), *runs)
        labels = {name: value for name, value in zip(policy.subjects, subject, strict=True) if value}
        subjects.append(SubjectVerdict(labels, of_outcome(all_of(gate.outcome for gate in gates)), gates))
    return Judgement(worst(subject.verdict for subject in subjects), now, tuple(subjects))


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
