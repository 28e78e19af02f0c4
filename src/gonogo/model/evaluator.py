"""The program that evaluates the rules, and its differences from a Prometheus that evaluates its own rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Engine(StrEnum):
    """The programs that list rules. gonogo recognises each by its answer."""

    PROMETHEUS = "Prometheus"
    VMALERT = "vmalert"
    THANOS = "Thanos"


@dataclass(frozen=True, slots=True)
class Evaluator:
    """The effect of a program's settings on the rules that the program evaluates.

    Attributes:
        engine: the program.
        external_labels: labels that the program adds to every rule, and to every series of a rule.
        delay: how far in the past the program evaluates a group that names no delay of its own.
        delivery: how long the program may keep a sample before it writes the sample.
        unread: the settings that could not be read, why, and what to do. Empty if all were read.
    """

    engine: Engine = Engine.PROMETHEUS
    external_labels: Mapping[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta(0)
    delivery: timedelta = timedelta(0)
    unread: str = ""

    def lateness(self, own_delay: timedelta | None) -> timedelta:
        """Return how late the samples of a group are; ``own_delay`` is the delay that the group names."""
        return (self.delay if own_delay is None else own_delay) + self.delivery


ITSELF = Evaluator()
"""A Prometheus that evaluates its own rules."""
