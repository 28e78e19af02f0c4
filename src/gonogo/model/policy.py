"""A policy as the core uses it: the signals to read, the gates to judge, and the settings of a dry run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.model.certificate import Criterion
from gonogo.model.gate import RUN_GATES, Gate
from gonogo.model.heartbeat import Heartbeat
from gonogo.model.signal import Signal


@dataclass(frozen=True, slots=True)
class Slo:
    """An objective (a share of good events, strictly between 0 and 1) and its two counters."""

    name: str
    objective: float
    bad: str
    total: str


@dataclass(frozen=True, slots=True)
class Canary:
    """The settings of ``canary judge``. The gates have their own numbers."""

    min_samples: int = 300
    window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Runs:
    """The run gates that are required, and the greatest age of a passed record."""

    max_age: timedelta = timedelta(hours=24)
    required: tuple[str, ...] = RUN_GATES


@dataclass(frozen=True, slots=True)
class DryRun:
    """The settings of a dry run: its length, its step, the longest UNKNOWN time, and its criteria."""

    duration: timedelta = timedelta(hours=24)
    step: timedelta = timedelta(seconds=15)
    blind: timedelta = timedelta(minutes=10)
    certify: tuple[Criterion, ...] = ()
    on_abort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy: all that a verdict depends on, except the evidence and the time.

    Attributes:
        realm: the value that ``metric_realm`` must have in every signal; ``None`` if
            the system has no such label.
        prefix: the beginning of the preset's metric names.
        subjects: the labels whose values name a subject; empty = there is one subject.
        synthetic_labels: label -> values that mark a series as made up.
        signals: every signal that a condition may name.
        gates: the gates, in the order in which reports show them.
    """

    realm: str | None
    prefix: str
    subjects: tuple[str, ...]
    synthetic_labels: Mapping[str, tuple[str, ...]]
    signals: Mapping[str, Signal]
    gates: tuple[Gate, ...]
    runs: Runs = Runs()
    heartbeat: Heartbeat = Heartbeat()
    slos: tuple[Slo, ...] = ()
    canary: Canary = Canary()
    weights: Mapping[str, float] = field(default_factory=dict)
    dry_run: DryRun = DryRun()
