"""What policy lint found: a rule that cannot work, or one that works badly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gonogo.policy.complaints import Loc


class PolicySeverity(StrEnum):
    """An error stops every command; a warning is said with its numbers."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """One thing wrong: ``check`` names what was looked for, ``loc`` the key it is about."""

    check: str
    severity: PolicySeverity
    loc: Loc
    message: str
    next_step: str = ""
