"""The coverage of rules by tests: a rule is covered if a test fails without it. Expressions can be unreadable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gonogo.errors import Problem
from gonogo.promql.parser import unreadable
from gonogo.ruletests.core.rule_text import RuleText, TestedRule


@dataclass(frozen=True, slots=True)
class UnreadExpression:
    """A rule with an expression that cannot be read, and the reason."""

    rule: TestedRule
    why: str


def unread_expressions(rules: Iterable[RuleText]) -> tuple[UnreadExpression, ...]:
    """List the rules with expressions that cannot be read."""
    found = ((rule.tested, unreadable(rule.rule.expression)) for rule in rules)
    return tuple(UnreadExpression(rule, why) for rule, why in found if why)


def unread_line(unread: Sequence[UnreadExpression], rules: int) -> str:
    """Write how many of some rules have expressions that cannot be read, and the reason of the first."""
    first = unread[0]
    return f"{len(unread)} of {rules} expressions cannot be read here: {first.rule.kind} {first.rule.name}: {first.why}"


_TENTHS = 1000


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A rule without which no test fails, and the reason."""

    rule: TestedRule
    why: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of the rules. A rule is either covered or uncovered.

    Attributes:
        rules: the number of all rules.
        covered: the number of rules without which a test fails.
        uncovered: the rules without which no test fails.
        duplicates: identical rules that one test loads together, each set of twins once, covered or not.
        alerts_without_firing: the alerts that no test expects to fire.
        alerts_without_quiet: the alerts that no test expects not to fire.
        flaky: the test files that passed once and failed once without a change. They never count.
        failing: the test files that fail without a change. They never count either.
        unread: the problems of rule files that cannot be read. The number of their rules is unknown.
        seconds: the time taken.
        unread_expressions: the rules with an expression that gonogo cannot read. Their assertions were not analysed.
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
        """The share of covered rules in percent, cut off (never rounded up) to one digit; 0 if there are no rules."""
        tenths = self.covered * _TENTHS // self.rules if self.rules else 0
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)

    def reaches(self, percent: Decimal) -> bool:
        """Return True if at least this share of rules is covered. The comparison is exact: 1999 of 2000 are not 100 %.

        The answer is False if there are no rules, or if some rules cannot be read.
        """
        return not self.unread and self.rules > 0 and self.covered * 100 >= Fraction(percent) * self.rules
