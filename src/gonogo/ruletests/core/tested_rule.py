"""A rule as the results of tests name it."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.errors import Position
from gonogo.model.rule import RuleKind


@dataclass(frozen=True, slots=True, order=True)
class TestedRule:
    """The place and the name of a rule. Two rules of a file may have the same name.

    Attributes:
        where: the place of the rule in its file.
        group: the name of its group.
        kind: an alert or a recording rule.
        name: the alert or the recorded metric.
    """

    __test__ = False  # pytest would take the class for a test because of its name

    where: Position
    group: str
    kind: RuleKind
    name: str

    def __str__(self) -> str:
        """Write the rule on one line, with the place first so that terminals make it a link."""
        return f"{self.where}: {self.kind} {self.name}"
