"""GO, HOLD or NO-GO, for each subject and for the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gonogo.model.outcome import GateOutcome, Outcome


class Verdict(StrEnum):
    """The answer, best first."""

    GO = "GO"
    HOLD = "HOLD"
    NO_GO = "NO-GO"


_OF_OUTCOME = {Outcome.PASS: Verdict.GO, Outcome.UNKNOWN: Verdict.HOLD, Outcome.FAIL: Verdict.NO_GO}
_BADNESS = {verdict: badness for badness, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Give the worst of them; of none at all it is HOLD, for nothing was proved."""
    return max(verdicts, key=_BADNESS.__getitem__, default=Verdict.HOLD)


def of_outcome(outcome: Outcome) -> Verdict:
    """Turn a subject's combined outcome into its verdict."""
    return _OF_OUTCOME[outcome]


@dataclass(frozen=True, slots=True)
class SubjectVerdict:
    """One subject, named by the values of the subject labels (none: the only subject)."""

    labels: Mapping[str, str]
    verdict: Verdict
    gates: tuple[GateOutcome, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole answer at one instant; ``at`` is the server's now in unix seconds."""

    verdict: Verdict
    at: float
    subjects: tuple[SubjectVerdict, ...]
