"""What a check finds, and how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gonogo.errors import Position


class Severity(StrEnum):
    """How bad a finding is: it breaks or never works, it is flaky or misleads, or it is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Its place from the worst (0) on."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Span:
    """Some characters of one line of a file."""

    start: Position
    length: int = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """What a check's function yields: where, in words what is wrong and what to do, and of which rule.

    ``severity`` is given where it is not the check's usual one.
    """

    where: Span
    message: str
    rule: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit under the name of the check that made it."""

    check: str
    severity: Severity
    where: Span
    message: str
    rule: str = ""
