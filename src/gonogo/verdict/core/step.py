"""One step of a watch: everything that was judged from one reading of the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gonogo.model.outcome import JudgedCondition, Outcome
from gonogo.model.verdict import Judgement

Subject = tuple[str, ...]
SeriesKey = tuple[str, Subject, int]
"""A signal, a subject, and which of the signal's label sets."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The samples of one series that a step could see; ``doubted`` ones are no evidence."""

    times: tuple[float, ...]
    values: tuple[float, ...]
    interval: float
    doubted: bool


@dataclass(frozen=True, slots=True)
class WatchStep:
    """What one step saw.

    Attributes:
        at: seconds on the watcher's own clock, which never jumps.
        judgement: the verdict, as ``decide`` gives it; its ``at`` is the server's now.
        violations: the ``abort`` conditions that are true, each with its gate.
        shares: the text of a ``share``'s condition, and the subject -> how it stands.
        recent: what ``mean`` and ``rises`` are made from.
    """

    at: float
    judgement: Judgement
    violations: tuple[tuple[str, JudgedCondition], ...] = ()
    shares: Mapping[tuple[str, Subject], Outcome] = field(default_factory=dict)
    recent: Mapping[SeriesKey, Recent] = field(default_factory=dict)
