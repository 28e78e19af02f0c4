"""What a unit test of rules says: series that are there, and what the rules must make of them.

The shape is promtool's ("Unit testing for rules"), as values. Times are counted from
the start of the scenario, which is the unix epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from gonogo.model.rule import RuleKind

Point = float | Literal["stale"] | None
"""A sample; ``stale`` marks the end of its series, ``None`` is a scrape without a sample."""


@dataclass(frozen=True, slots=True)
class Input:
    """A series that is fed to the rules: its labels (the name among them) and one point a step."""

    labels: Mapping[str, str]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ScenarioSample:
    """One series that an expression must give: its labels and its value."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class ExpectedSeries:
    """What an expression gives at a time: exactly these answers, none where there are none."""

    expression: str
    at: timedelta
    answers: tuple[ScenarioSample, ...] = ()


@dataclass(frozen=True, slots=True)
class Firing:
    """One alert that fires: its labels (without its name) and its annotations, written out."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScenarioAlert:
    """Which alerts of a name fire at a time: exactly these."""

    name: str
    at: timedelta
    firing: tuple[Firing, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Series, one point every ``step``, and what must come of them."""

    name: str
    step: timedelta
    inputs: tuple[Input, ...]
    series: tuple[ExpectedSeries, ...] = ()
    alerts: tuple[ScenarioAlert, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """Scenarios evaluated alike, over the recording rules or over the alerts alone.

    Every time that a scenario speaks of is a whole multiple of ``every``: promtool
    passes what it does not evaluate.
    """

    name: str
    over: RuleKind
    every: timedelta
    scenarios: tuple[Scenario, ...] = field(default=())
