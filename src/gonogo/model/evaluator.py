"""The program that evaluates the rules, as far as it differs from a Prometheus that evaluates its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Engine(StrEnum):
    """The programs that list rules; each is recognised by its answer."""

    PROMETHEUS = "Prometheus"
    VMALERT = "vmalert"
    THANOS = "Thanos"


@dataclass(frozen=True, slots=True)
class Evaluator:
    """What the settings of a program do to the rules that it evaluates.

    Attributes:
        engine: the program.
        external_labels: labels that it adds to every rule, and to every series of a rule.
        delay: how far in the past it evaluates a group that names no delay of its own.
        delivery: how long it may hold a sample back before it writes the sample.
        unread: which of these settings could not be read, why, and what to do; empty where all were read.
    """

    engine: Engine = Engine.PROMETHEUS
    external_labels: Mapping[str, str] = field(default_factory=dict)
    delay: timedelta = timedelta(0)
    delivery: timedelta = timedelta(0)
    unread: str = ""

    def lateness(self, own_delay: timedelta | None) -> timedelta:
        """Return by how much the samples of a group are late; ``own_delay`` is the delay that the group names."""
        return (self.delay if own_delay is None else own_delay) + self.delivery


ITSELF = Evaluator()
"""A Prometheus that evaluates its own rules."""
