"""Prometheus rules as values: the same shape for a file's rules and for those a server loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from gonogo.errors import Position
from gonogo.model.evaluator import Engine


class RuleKind(StrEnum):
    """A recording rule or an alert."""

    RECORD = "record"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the metric it records or the alert it raises, and how.

    ``labels`` are the static ones, group labels merged in; ``held`` is the alert's
    ``for``; ``position`` is where the expression begins in the file, and ``None``
    for a rule that a server answered.
    """

    kind: RuleKind
    name: str
    expression: str
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    held: timedelta = timedelta(0)
    keep_firing: timedelta = timedelta(0)
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules evaluated one after another, every ``interval`` (``None``: the server's default).

    ``limit`` is how many series or alerts a rule may make; 0 is no limit. ``delay`` is the group's
    own ``query_offset``: how far in the past Prometheus evaluates the group.
    """

    name: str
    rules: tuple[Rule, ...]
    interval: timedelta | None = None
    file: str = ""
    limit: int = 0
    delay: timedelta | None = None


class RuleHealth(StrEnum):
    """How a rule's last evaluation went."""

    OK = "ok"
    ERROR = "err"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RuleState:
    """What a server says of one loaded rule; ``evaluated_at`` is unix seconds, ``None`` = never."""

    rule: Rule
    health: RuleHealth
    last_error: str = ""
    evaluated_at: float | None = None


@dataclass(frozen=True, slots=True)
class LoadedGroup:
    """A rule group that a server has loaded; ``interval`` is always known there, ``limit`` where it is shown.

    ``delay`` is how far in the past the group is evaluated, where the group says so itself;
    ``engine`` is the program that listed it. ``began_at`` and ``ended_at`` are those of the last evaluation of the
    group that has ended, in unix seconds; ``None`` = never, or not shown.
    """

    name: str
    interval: timedelta
    rules: tuple[RuleState, ...]
    file: str = ""
    limit: int | None = None
    delay: timedelta | None = None
    engine: Engine = Engine.PROMETHEUS
    began_at: float | None = None
    ended_at: float | None = None
