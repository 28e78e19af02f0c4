"""What a verdict stands on, whatever its gates say: something read from the server, and somebody to judge."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.evidence import Evidence
from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason, in_order
from gonogo.model.policy import Policy
from gonogo.verdict.core.answer_doubts import answer_doubts
from gonogo.verdict.core.index import Key

GATES = "gates"
"""What stands among the gates where none of them reads a series."""

SUBJECTS = "subjects"
"""What stands among the gates where there is no subject."""


def groundless(policy: Policy, evidence: Evidence, subject: Key) -> tuple[GateOutcome, ...]:
    """Say what is missing under the gates, each as a gate that is not known; usually nothing is.

    A run gate passes by its record alone, and a gate over shared signals without any
    subject: neither says that a server is there and anybody well.

    Args:
        policy: what is asked.
        evidence: what was read.
        subject: the values of the subject labels, all empty where no subject was found.
    """
    missing = tuple(_missing(policy, subject))
    unread = tuple(answer_doubts(evidence)) if missing else ()
    return tuple(_unknown(name, condition, in_order((*unread, doubt))) for name, condition, doubt in missing)


def _missing(policy: Policy, subject: Key) -> Iterator[tuple[str, str, Doubt]]:
    if not any(gate.require for gate in policy.gates):
        why = "no gate of the policy requires anything of a series, so nothing was proved; require a condition"
        yield GATES, "a gate that reads a series", Doubt(Reason.ABSENT, why)
    if policy.subjects and not any(subject):
        labels = ", ".join(policy.subjects)
        why = (
            f"no series of a required signal of subject scope names a subject by {labels}, now or within a day; "
            "start what exports it, or require such a signal"
        )
        yield SUBJECTS, f"a subject by {labels}", Doubt(Reason.ABSENT, why)


def _unknown(gate: str, condition: str, doubts: tuple[Doubt, ...]) -> GateOutcome:
    return GateOutcome(gate, Outcome.UNKNOWN, (JudgedCondition(condition, Outcome.UNKNOWN, doubts, doubts[0].detail),))
