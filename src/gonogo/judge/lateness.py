"""Samples that arrive late because the program that evaluates the rules works in the past.

vmalert evaluates rules at a time in the past, so that the samples it reads are complete.
What it records is never newer than that. Such samples are judged as of that time: a window
ends there, and a sample may be older by that much. A program that stopped is noticed later
by exactly that much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Doubt, Reason

_OF_AGE = (Reason.STALE, Reason.GAPPY, Reason.DRIFTED)
"""The reasons that an unknown setting of the evaluating program can cause."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """By how many seconds the samples of a recorded metric are late.

    ``unread`` says that this is not known, and why; then nothing is allowed for.
    """

    seconds: float = 0.0
    unread: str = ""

    def noted(self, doubts: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
        """Add to the doubts that an unknown setting can cause that it is not known."""
        if not self.unread:
            return doubts
        return tuple(
            replace(doubt, detail=f"{doubt.detail}; {self.unread}") if doubt.reason in _OF_AGE else doubt
            for doubt in doubts
        )


IN_TIME = Lateness()
"""What is not late."""


def late_metrics(evidence: Evidence) -> dict[str, Lateness]:
    """Map every recorded metric to how late its samples are: by the latest of the groups that record it."""
    found: dict[str, Lateness] = {}
    evaluator = evidence.evaluator
    for group in () if isinstance(evidence.rules, Unread) else evidence.rules:
        seconds = evaluator.lateness(group.delay).total_seconds()
        for state in group.rules:
            known = found.get(state.rule.name)
            found[state.rule.name] = Lateness(max(seconds, known.seconds if known else 0.0), evaluator.unread)
    return found
