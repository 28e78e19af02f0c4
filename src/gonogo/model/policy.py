"""A policy as the core sees it: what is read, what is asked of it, and what follows."""

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
    """What ``canary judge`` asks for; the gates read their own numbers."""

    min_samples: int = 300
    window: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Runs:
    """Which run gates are required, and how old a passed record may be."""

    max_age: timedelta = timedelta(hours=24)
    required: tuple[str, ...] = RUN_GATES


@dataclass(frozen=True, slots=True)
class DryRun:
    """The watched period: how long, how often, when blindness ends it, what it must show."""

    duration: timedelta = timedelta(hours=24)
    step: timedelta = timedelta(seconds=15)
    blind: timedelta = timedelta(minutes=10)
    certify: tuple[Criterion, ...] = ()
    on_abort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything a verdict depends on but the samples and the time.

    Attributes:
        realm: the value that every signal's ``metric_realm`` must have; ``None`` where
            the system has no such label.
        prefix: what the preset's metric names begin with.
        subjects: the labels whose values name what is judged; none = one subject.
        synthetic_labels: label -> values that mark a series as made up.
        signals: every signal that may be spoken of, by name.
        gates: in the order in which they are shown.
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
