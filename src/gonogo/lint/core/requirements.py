"""What an organisation asks of its own rules: labels, annotations, names, bounds and owners. All of it is opt-in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest duration allowed; ``None`` is no bound."""

    least: timedelta | None = None
    most: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NamePatterns:
    """For each name, what its values look like; a value fits where the pattern matches all of it."""

    patterns: Mapping[str, re.Pattern[str] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, patterns: Mapping[str, str | None]) -> NamePatterns:
        """Compile patterns as they are written; ``None`` is any value.

        Raises:
            re.error: one is no regular expression.
        """
        return cls({name: None if pattern is None else re.compile(pattern) for name, pattern in patterns.items()})

    def meant(self, name: str) -> str:
        """Give the pattern of a name as it is written."""
        pattern = self.patterns[name]
        return "anything" if pattern is None else pattern.pattern

    def fits(self, name: str, value: str) -> bool:
        """Tell whether a value of a label or an annotation is one of those meant; ``None`` means any."""
        pattern = self.patterns[name]
        return pattern is None or pattern.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Requirements:
    """The demands; what is left out is not asked for.

    Attributes:
        required_labels: labels that every alert must have, and what their values look like.
        forbidden_labels: labels that no rule may have, or not with such values.
        required_annotations: annotations that every alert must have.
        forbidden_annotations: annotations that no alert may have.
        alert_name: what the names of alerts look like.
        record_name: what the names of recorded metrics look like.
        held: how long ``for`` may be.
        keep_firing: how long ``keep_firing_for`` may be.
        interval: how long the interval of a group may be.
        owner_label: the label, or annotation, that names who looks after a rule.
        owners: who may; empty where nobody asks for owners.
    """

    required_labels: NamePatterns = field(default_factory=NamePatterns)
    forbidden_labels: NamePatterns = field(default_factory=NamePatterns)
    required_annotations: NamePatterns = field(default_factory=NamePatterns)
    forbidden_annotations: NamePatterns = field(default_factory=NamePatterns)
    alert_name: re.Pattern[str] | None = None
    record_name: re.Pattern[str] | None = None
    held: Bounds = Bounds()
    keep_firing: Bounds = Bounds()
    interval: Bounds = Bounds()
    owner_label: str = "owner"
    owners: frozenset[str] = frozenset()
