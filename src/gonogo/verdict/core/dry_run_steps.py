"""What a dry run had to do before it could decide, and what it means when that did not work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gonogo.model.outcome import Doubt, GateOutcome, JudgedCondition, Outcome, Reason
from gonogo.model.verdict import Judgement, SubjectVerdict, Verdict, worst

DRY_RUN = "dry-run"
"""The gate that names the steps which did not pass; it is there only when there are such."""


def without_steps(judgement: Judgement, missing: Iterable[tuple[str, str]]) -> Judgement:
    """Hold what was judged while steps of the dry run did not pass.

    History alone may look healthy where a reload or a beat of this very run did not
    arrive: then nothing is proved of what runs now. So no subject is GO; one that
    is NO-GO stays so.

    Args:
        judgement: what ``decide`` says.
        missing: each such step, and why it did not pass.
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
    doubt = Doubt(Reason.NO_RECORD, f"{why}; a passed {step} in this dry run turns it")
    return JudgedCondition(f"{step} passed", Outcome.UNKNOWN, (doubt,), doubt.detail)
