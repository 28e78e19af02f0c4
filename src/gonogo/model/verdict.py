"""The verdict GO, HOLD or NO-GO, for each subject and for the whole system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

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


class SubjectVerdict(Struct, frozen=True):
    """The verdict of one subject. ``labels`` has the values of the subject labels; empty = the only subject."""

    labels: Mapping[str, str]
    verdict: Verdict
    gates: tuple[GateOutcome, ...]


class Judgement(Struct, frozen=True):
    """The whole answer at one instant. ``at`` is the time of the server in unix seconds."""

    verdict: Verdict
    at: float
    subjects: tuple[SubjectVerdict, ...]


class Report(Struct, frozen=True):
    """An answer of ``decide``.

    ``clock_skew_seconds`` is the server's clock minus the local clock; ``None`` if the
    server did not answer. It is reported and never used.
    """

    judgement: Judgement
    policy_path: str
    policy_sha256: str
    realm: str | None
    source_url: str
    source_version: str | None
    clock_skew_seconds: float | None
