"""The results of one step of a watch, judged from one set of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gonogo.model.outcome import JudgedCondition, Outcome
from gonogo.model.verdict import Judgement

Subject = tuple[str, ...]
SeriesKey = tuple[str, Subject, int]
"""The name of a signal, a subject, and the place of a label set in the signal's list."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The samples of one series at a step. If they are ``doubted``, they do not count as evidence."""

    times: tuple[float, ...]
    values: tuple[float, ...]
    interval: float
    doubted: bool


@dataclass(frozen=True, slots=True)
class WatchStep:
    """The results of one step.

    Attributes:
        at: seconds on the watcher's own clock, which never jumps.
        judgement: the verdict, as ``decide`` returns it. Its ``at`` is the server's time.
        violations: the ``abort`` conditions that are true, each with its gate.
        shares: the text of a ``share``'s condition, and the subject -> the outcome.
        recent: the samples for ``mean`` and ``rises``.
    """

    at: float
    judgement: Judgement
    violations: tuple[tuple[str, JudgedCondition], ...] = ()
    shares: Mapping[tuple[str, Subject], Outcome] = field(default_factory=dict)
    recent: Mapping[SeriesKey, Recent] = field(default_factory=dict)
