"""Unit tests of rules as values: the input series, and the results that the rules must give.

The shape is that of promtool ("Unit testing for rules"). Times are counted from
the start of the scenario, which is the unix epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from gonogo.model.rule import RuleKind

Point = float | Literal["stale"] | None
"""A sample. ``stale`` marks the end of its series, ``None`` is a scrape without a sample."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input series of the rules: its labels, the name included, and one point for each step."""

    labels: Mapping[str, str]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class ScenarioSample:
    """A series that an expression must give: its labels and its value."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class ExpectedSeries:
    """The exact answers of an expression at a time; no answers means that the result must be empty."""

    expression: str
    at: timedelta
    answers: tuple[ScenarioSample, ...] = ()


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that fires: its labels without its name, and its annotations with all templates filled in."""

    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ScenarioAlert:
    """The exact alerts of one name that fire at a time."""

    name: str
    at: timedelta
    firing: tuple[Firing, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Input series, with one point every ``step``, and the expected series and alerts."""

    name: str
    step: timedelta
    inputs: tuple[Input, ...]
    series: tuple[ExpectedSeries, ...] = ()
    alerts: tuple[ScenarioAlert, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """Scenarios with one evaluation interval, for the recording rules only or for the alerts only.

    Every time in a scenario is a whole multiple of ``every``, because promtool passes
    an assertion at a time that it does not evaluate.
    """

    name: str
    over: RuleKind
    every: timedelta
    scenarios: tuple[Scenario, ...] = field(default=())
