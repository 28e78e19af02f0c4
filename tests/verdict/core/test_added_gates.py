"""Every verdict needs an answer of the server and a subject."""

from __future__ import annotations

import pytest

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import GateOutcome, Outcome, Reason
from gonogo.model.policy import Gate, Policy, Runs
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict
from gonogo.verdict.core.added_gates import without_steps
from gonogo.verdict.core.verdict import judge
from tests.evidence_builder import NOW, evidence, policy, samples

PASSED = Runs(required=("obs-lint",))
REFUSED = Unread("the samples", "refused")
DEAD = evidence(
    ranges=REFUSED,
    instant=REFUSED,
    rules=REFUSED,
    targets=REFUSED,
    pushes=REFUSED,
    origins=REFUSED,
    vanished=REFUSED,
)
SHARED = evidence(samples("duri_shared", source={}))


def held(by: Policy, given: Evidence, gate: str) -> GateOutcome:
    """Judge, see HOLD, and give the gate that says why."""
    judged = judge(by, given, NOW)
    assert judged.verdict is Verdict.HOLD
    (subject,) = judged.subjects
    return next(found for found in subject.gates if found.gate == gate)


def reasons(gate: GateOutcome) -> list[Reason]:
    """Give the reasons of a gate's only check."""
    (check,) = gate.checks
    assert (gate.outcome, check.outcome) == (Outcome.UNKNOWN, Outcome.UNKNOWN)
    assert check.detail == check.doubts[0].detail
    return [doubt.reason for doubt in check.doubts]


@pytest.mark.parametrize("subjects", [(), ("service",)])
def test_runs_alone_prove_nothing_of_a_server_that_is_dead(subjects: tuple[str, ...]) -> None:
    """Passed runs and no gate: HOLD, and the server that did not answer is named first."""
    by = policy(gates=(), runs=PASSED, subjects=subjects)
    assert reasons(held(by, DEAD, "gates")) == [Reason.UNREACHABLE, Reason.ABSENT]


@pytest.mark.parametrize("gates", [(), (Gate("g", (), warn=(parse_condition("x == 1"),)),)])
def test_runs_alone_prove_nothing_of_a_server_that_is_well(gates: tuple[Gate, ...]) -> None:
    """Passed runs and nothing required of any series: HOLD, and that is said."""
    gate = held(policy(gates=gates, runs=PASSED), evidence(), "gates")
    assert reasons(gate) == [Reason.ABSENT]
    assert "no gate of the policy requires anything" in gate.checks[0].detail


def test_shared_signals_alone_prove_nothing_of_subjects_that_are_not_there() -> None:
    """Subjects asked for and none seen: HOLD, though every condition passes."""
    gate = held(policy("shared == 1", subjects=("service",)), SHARED, "subjects")
    assert reasons(gate) == [Reason.ABSENT]
    assert "by service, now or within a day" in gate.checks[0].detail


def test_without_subjects_in_the_policy_shared_signals_are_enough() -> None:
    """Without subject labels there is one subject without a name."""
    judged = judge(policy("shared == 1"), SHARED, NOW)
    assert judged.verdict is Verdict.GO
    assert [gate.gate for gate in judged.subjects[0].gates] == ["g"]


def test_a_violated_condition_is_no_go_with_or_without_subjects() -> None:
    """A violated condition stays NO-GO."""
    assert judge(policy("shared > 1", subjects=("service",)), SHARED, NOW).verdict is Verdict.NO_GO


def judgement(*verdicts: Verdict) -> Judgement:
    """Make a judgement of subjects with these verdicts."""
    gate = GateOutcome("gate", Outcome.PASS, ())
    subjects = tuple(SubjectVerdict({"service": str(n)}, verdict, (gate,)) for n, verdict in enumerate(verdicts))
    return Judgement(max(verdicts, key=list(Verdict).index), 1_700_000_000.0, subjects)


@pytest.mark.parametrize(
    ("before", "after"),
    [(Verdict.GO, Verdict.HOLD), (Verdict.HOLD, Verdict.HOLD), (Verdict.NO_GO, Verdict.NO_GO)],
)
def test_a_step_that_did_not_pass_holds_every_subject(before: Verdict, after: Verdict) -> None:
    """No subject is GO without it; NO-GO stays, and the healthy sentence of a month turns nothing."""
    held = without_steps(judgement(before, Verdict.GO), [("two-beats", "beat 7 did not arrive")])
    assert held.verdict is after
    assert [subject.verdict for subject in held.subjects] == [after, Verdict.HOLD]
    for subject in held.subjects:
        gate = subject.gates[-1]
        assert (gate.gate, gate.outcome) == ("dry-run", Outcome.UNKNOWN)
        assert gate.checks[0].doubts[0].reason is Reason.NO_RECORD
        assert gate.checks[0].condition == "two-beats passed"
        assert gate.checks[0].detail == "beat 7 did not arrive; fix the cause and run the dry run again"


def test_where_every_step_passed_nothing_changes() -> None:
    """The verdict is that of decide."""
    assert without_steps(judgement(Verdict.GO), []) == judgement(Verdict.GO)
