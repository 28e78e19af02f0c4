"""Which rules the tests really test: a rule is covered when a test fails without it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gonogo.errors import Problem
from gonogo.ruletests.core.tested_rule import TestedRule
from gonogo.ruletests.core.unread_expression import UnreadExpression

_TENTHS = 1000


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A rule that can be removed and no test fails, and in words why none did."""

    rule: TestedRule
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the tests cover. A rule is either covered or uncovered.

    Attributes:
        rules: how many rules there are.
        covered: how many of them some test misses when they are removed.
        uncovered: those that no test misses.
        duplicates: rules that are identical and loaded together, each set of twins once,
            whether they are covered or not.
        alerts_without_firing: alerts that no test expects to fire.
        alerts_without_quiet: alerts that no test expects not to fire.
        flaky: test files that passed once and failed once without a change; they never count.
        failing: test files that fail without a change; they never count either.
        unread: why files of rules cannot be read: nobody knows how many rules they hold.
        seconds: how long it took.
        unread_expressions: rules whose expressions cannot be read, so that no assertion on them was looked at.
    """

    rules: int
    covered: int
    uncovered: tuple[Uncovered, ...] = ()
    duplicates: tuple[tuple[TestedRule, ...], ...] = ()
    alerts_without_firing: tuple[TestedRule, ...] = ()
    alerts_without_quiet: tuple[TestedRule, ...] = ()
    flaky: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    seconds: float = 0.0
    unread: tuple[Problem, ...] = ()
    unread_expressions: tuple[UnreadExpression, ...] = ()

    @property
    def percent(self) -> str:
        """The share of covered rules in percent, cut off (never rounded up) to one digit; of no rules it is 0."""
        tenths = self.covered * _TENTHS // self.rules if self.rules else 0
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)

    def reaches(self, percent: Decimal) -> bool:
        """Tell whether at least this share is covered, exactly: 1999 of 2000 are not 100 %.

        No rules reach nothing, and neither do rules of which some cannot be read.
        """
        return not self.unread and self.rules > 0 and self.covered * 100 >= Fraction(percent) * self.rules
