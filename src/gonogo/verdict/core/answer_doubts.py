"""Doubts that all signals share: questions without a valid answer, and partial answers."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason


def answer_doubts(evidence: Evidence) -> Iterator[Doubt]:
    """Yield a doubt for every question without a valid answer, and one for the server's warnings."""
    asked = (
        evidence.ranges,
        evidence.instant,
        evidence.rules,
        evidence.targets,
        evidence.pushes,
        evidence.origins,
        evidence.vanished,
    )
    for answer in asked:
        if isinstance(answer, Unread):
            kind, found = (Reason.PARTIAL, "whole") if answer.partial else (Reason.UNREACHABLE, "valid")
            yield Doubt(kind, f"no {found} answer to {answer.question}: {answer.why}; {answer.next_step}")
    if evidence.warnings:
        yield Doubt(
            Reason.PARTIAL,
            f"the server warned that its answer may be partial: {'; '.join(evidence.warnings)}; "
            "fix the cause of the warning",
        )
