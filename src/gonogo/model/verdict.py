"""The verdict GO, HOLD or NO-GO, for each subject and for the whole system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gonogo.model.outcome import GateOutcome, Outcome


class Verdict(StrEnum):
    """The verdicts, best first."""

    GO = "GO"
    HOLD = "HOLD"
    NO_GO = "NO-GO"


_OF_OUTCOME = {Outcome.PASS: Verdict.GO, Outcome.UNKNOWN: Verdict.HOLD, Outcome.FAIL: Verdict.NO_GO}
_BADNESS = {verdict: badness for badness, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict. Without any verdict it is HOLD, because nothing was proved."""
    return max(verdicts, key=_BADNESS.__getitem__, default=Verdict.HOLD)


def of_outcome(outcome: Outcome) -> Verdict:
    """Return the verdict of a subject for its combined outcome."""
    return _OF_OUTCOME[outcome]


@dataclass(frozen=True, slots=True)
class SubjectVerdict:
    """The verdict of one subject. ``labels`` has the values of the subject labels; empty = the only subject."""

    labels: Mapping[str, str]
    verdict: Verdict
    gates: tuple[GateOutcome, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The whole answer at one instant. ``at`` is the time of the server in unix seconds."""

    verdict: Verdict
    at: float
    subjects: tuple[SubjectVerdict, ...]
