"""Findings of policy lint: settings that cannot work, and settings that work badly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gonogo.policy.complaints import Loc


class PolicySeverity(StrEnum):
    """The severity of a finding. An error stops every command. A warning is printed with its numbers."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class PolicyFinding:
    """A mistake in a policy. ``check`` is the name of the check, ``loc`` is the key with the mistake."""

    check: str
    severity: PolicySeverity
    loc: Loc
    message: str
    next_step: str = ""
