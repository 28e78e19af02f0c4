"""Adds the failed steps of a dry run to its verdict, so that the verdict cannot be GO."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict, worst

DRY_RUN = "dry-run"
"""The gate that names the failed steps. A verdict has this gate only if a step failed."""


def without_steps(judgement: Judgement, missing: Iterable[tuple[str, str]]) -> Judgement:
    """Return the judgement with each GO turned into HOLD, if a step of the dry run did not pass.

    The history alone may look healthy although the reload failed or a beat of this dry run did not
    arrive. Then nothing is proved about the system that runs now. A subject with NO-GO keeps NO-GO.

    Args:
        judgement: the judgement of ``decide``.
        missing: the name of each step that did not pass, and the reason.
    """
    checks = tuple(_check(step, why) for step, why in missing)
    if not checks:
        return judgement
    gate = GateOutcome(DRY_RUN, Outcome.UNKNOWN, checks)
    subjects = tuple(_held(subject, gate) for subject in judgement.subjects)
    return replace(judgement, verdict=worst(subject.verdict for subject in subjects), subjects=subjects)


def _held(subject: SubjectVerdict, gate: GateOutcome) -> SubjectVerdict:
    return replace(subject, verdict=worst((subject.verdict, Verdict.HOLD)), gates=(*subject.gates, gate))


def _check(step: str, why: str) -> JudgedCondition:
    doubt = Doubt(Reason.NO_RECORD, f"{why}; fix the cause and run the dry run again")
    return JudgedCondition(f"{step} passed", Outcome.UNKNOWN, (doubt,), doubt.detail)
