"""Findings of the checks of lint, and their severity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gonogo.errors import Position


class Severity(StrEnum):
    """The severity of a finding: ERROR breaks or never works, WARNING is flaky or misleads, INFO is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return the place of the severity, counted from the worst (0)."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line of a file."""

    start: Position
    length: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A result of a check's function: the place, a message with the fault and its fix, and the name of the rule.

    ``severity`` is set only if it differs from the usual severity of the check, and ``group`` only if the hit is about
    a group of rules as a whole.
    """

    where: Span
    message: str
    rule: str = ""
    severity: Severity | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit, with the id of its check."""

    check: str
    severity: Severity
    where: Span
    message: str
    rule: str = ""
    group: str = ""
