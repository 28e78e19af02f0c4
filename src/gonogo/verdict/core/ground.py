"""Checks that every verdict rests on a series of the server and on at least one subject."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.evidence import Evidence
from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason, in_order
from gonogo.model.policy import Policy
from gonogo.verdict.core.answer_doubts import answer_doubts
from gonogo.verdict.core.index import Key

GATES = "gates"
"""The name of the gate that is added if no gate of the policy reads a series."""

SUBJECTS = "subjects"
"""The name of the gate that is added if no subject was found."""


def missing_basis(policy: Policy, evidence: Evidence, subject: Key) -> tuple[GateOutcome, ...]:
    """Return an UNKNOWN gate for each basis that the verdict lacks; usually none.

    A run gate passes by its record alone, and a gate over shared signals passes without any
    subject. Neither proves that the server answers and that a subject is healthy.

    Args:
        policy: the policy to judge by.
        evidence: the evidence that was read.
        subject: the values of the subject labels, all empty if no subject was found.
    """
    missing = tuple(_missing(policy, subject))
    unread = tuple(answer_doubts(evidence)) if missing else ()
    return tuple(_unknown(name, condition, in_order((*unread, doubt))) for name, condition, doubt in missing)


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


def _unknown(gate: str, condition: str, doubts: tuple[Doubt, ...]) -> GateOutcome:
    return GateOutcome(gate, Outcome.UNKNOWN, (JudgedCondition(condition, Outcome.UNKNOWN, doubts, doubts[0].detail),))
