"""Findings of the checks of lint, and their severity."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

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


class Span(Struct, frozen=True):
    """A piece of one line of a file."""

    start: Position
    length: int = 1


class Hit(Struct, frozen=True):
    """A result of a check's function: the place, a message with the fault and its fix, and the name of the rule.

    ``severity`` is set only if it differs from the usual severity of the check, and ``group`` only if the hit is about
    a group of rules as a whole.
    """

    where: Span
    message: str
    rule: str = ""
    severity: Severity | None = None
    group: str = ""


class Finding(Struct, frozen=True):
    """A hit, with the id of its check."""

    check: str
    severity: Severity
    where: Span
    message: str
    rule: str = ""
    group: str = ""
