"""What keeps a reload from being proved: one thing each, with where, why and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verification(StrEnum):
    """What is verified after a reload."""

    ANSWER = "answer"
    RESULT = "result"
    PROCESS = "process"
    ALONE = "alone"
    CONFIGURATION = "configuration"
    RULES = "rules"
    EVALUATION = "evaluation"
    HEALTH = "health"
    FAILURES = "failures"
    JOBS = "jobs"
    TARGETS = "targets"
    ALERTMANAGERS = "alertmanagers"


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that is not as it should be.

    Attributes:
        check: which check it is of.
        what: what is not as it should be.
        where: the server, job, target, group or rule.
        why: what was seen instead.
        next_step: what a person can do about it.
        final: whether waiting cannot fix it.
        waits: whether it is only not seen yet.
    """

    check: Verification
    what: str
    where: str
    why: str
    next_step: str
    final: bool = False
    waits: bool = False

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.where}: {self.what}: {self.why} ({self.next_step})"
