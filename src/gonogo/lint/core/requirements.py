"""The requirements of an organisation for its rules: labels, annotations, names, bounds and owners. All are opt-in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Bounds:
    """The shortest and the longest allowed duration. ``None`` means no bound."""

    least: timedelta | None = None
    most: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NamePatterns:
    """A pattern for the value of each name. A value fits if the pattern matches all of it."""

    patterns: Mapping[str, re.Pattern[str] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, patterns: Mapping[str, str | None]) -> NamePatterns:
        """Compile the patterns. ``None`` stands for any value.

        Raises:
            re.error: a pattern is not a valid regular expression.
        """
        return cls({name: None if pattern is None else re.compile(pattern) for name, pattern in patterns.items()})

    def meant(self, name: str) -> str:
        """Return the pattern of a name as text."""
        pattern = self.patterns[name]
        return "anything" if pattern is None else pattern.pattern

    def fits(self, name: str, value: str) -> bool:
        """Return whether a value of a label or annotation fits the pattern of its name."""
        pattern = self.patterns[name]
        return pattern is None or pattern.fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class Requirements:
    """The requirements. A field that is left out requires nothing.

    Attributes:
        required_labels: labels that every alert must have, and the patterns of their values.
        forbidden_labels: labels that no rule may have. With a pattern, only such values are forbidden.
        required_annotations: annotations that every alert must have.
        forbidden_annotations: annotations that no alert may have.
        alert_name: the pattern for names of alerts.
        record_name: the pattern for names of recorded metrics.
        held: the bounds of ``for``.
        keep_firing: the bounds of ``keep_firing_for``.
        interval: the bounds of a group's interval.
        owner_label: the label or annotation that names the owner of a rule.
        owners: the allowed owners; empty if owners are not required.
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
