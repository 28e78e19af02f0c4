"""A rule as the results of tests name it."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.errors import Position
from gonogo.model.rule import RuleKind


@dataclass(frozen=True, slots=True, order=True)
class TestedRule:
    """Where a rule stands, and what it is; two rules of a file may have the same name.

    Attributes:
        where: where it begins in its file.
        group: the group it is in.
        kind: an alert or a recording rule.
        name: the alert or the recorded metric.
    """

    __test__ = False  # not a test, though its name begins like one's

    where: Position
    group: str
    kind: RuleKind
    name: str

    def __str__(self) -> str:
        """Write it on one line, the place first so that terminals link it."""
        return f"{self.where}: {self.kind} {self.name}"
