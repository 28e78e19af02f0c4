"""Every verdict needs an answer of the server and a subject."""

from __future__ import annotations

import pytest

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.gate import Gate
from gonogo.model.outcome import GateOutcome, Outcome, Reason
from gonogo.model.policy import Policy, Runs
from gonogo.model.verdict import Verdict
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
