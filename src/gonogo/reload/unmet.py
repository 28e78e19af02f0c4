"""The problems that keep a reload from being proved, each with its place, its cause and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verification(StrEnum):
    """The checks after a reload."""

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
    """A problem that keeps a reload from being proved.

    Attributes:
        check: the check that found the problem.
        what: the problem.
        where: the server, job, target, group or rule.
        why: the value that was seen instead.
        next_step: the next step for the user.
        final: whether waiting cannot fix the problem.
        waits: whether the proof is only not seen yet.
    """

    check: Verification
    what: str
    where: str
    why: str
    next_step: str
    final: bool = False
    waits: bool = False

    def __str__(self) -> str:
        """Return the problem as one line."""
        return f"{self.where}: {self.what}: {self.why} ({self.next_step})"
