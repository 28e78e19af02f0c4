"""The measures of tests: the rules that they cover, and the mutants of rules that they notice or let survive.

A rule is covered if a test fails without it. A mutant is a small change of a rule. A comment in a test file can say why
a mutant may survive: ``# gonogo: survives ALERT:for:1a2b3c because…``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from gonogo.errors import Position, Problem
from gonogo.promql.parser import unreadable
from gonogo.ruletests.core.rule_text import RuleText, TestedRule

_COMMENT = re.compile(r"[ \t]*#[ \t]*gonogo:[ \t]*survives\b[ \t]*(?P<mutant>\S*)[ \t]*(?P<reason>.*)")


class UnprovenRule(Struct, frozen=True):
    """A rule that is not covered, or whose expression cannot be read, and the reason."""

    rule: TestedRule
    why: str


class Coverage(Struct, frozen=True):
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
    uncovered: tuple[UnprovenRule, ...] = ()
    duplicates: tuple[tuple[TestedRule, ...], ...] = ()
    alerts_without_firing: tuple[TestedRule, ...] = ()
    alerts_without_quiet: tuple[TestedRule, ...] = ()
    flaky: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    seconds: float = 0.0
    unread: tuple[Problem, ...] = ()
    unread_expressions: tuple[UnprovenRule, ...] = ()

    @property
    def percent(self) -> str:
        """The share of covered rules in percent, cut off (never rounded up) to one digit; 0 if there are no rules."""
        tenths = self.covered * 1000 // self.rules if self.rules else 0
        return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)

    def reaches(self, percent: Decimal) -> bool:
        """Return True if at least this share of rules is covered. The comparison is exact: 1999 of 2000 are not 100 %.

        The answer is False if there are no rules, or if some rules cannot be read.
        """
        return not self.unread and self.rules > 0 and self.covered * 100 >= Fraction(percent) * self.rules


class Survivor(Struct, frozen=True, order=True):
    """A mutant that every test passes.

    Attributes:
        rule: the rule that was changed.
        mutant: the mutant's id, the same in every run while the rule stays as it is.
        change: the change in words, such as "the threshold 5 becomes 6".
        old: the changed part as the rule has it (an expression, or a line such as ``for: 5m``).
        new: the changed part in the mutant; empty if it was removed.
        kill: the assertion that would kill the mutant, in words.
        argument: the reason why the mutant may survive, if a test file gives one.
    """

    rule: TestedRule
    mutant: str
    change: str
    old: str
    new: str
    kill: str
    argument: str = ""


class MutantReport(Struct, frozen=True):
    """The results of all mutants.

    Attributes:
        made: the number of mutants.
        killed: the number of mutants that a test noticed.
        survived: the mutants that no test noticed and no test file has an argument for.
        argued: the mutants that no test noticed, with the argument of a test file.
        not_run: the number of mutants that did not run before the time was over.
        covered: the number of rules that tests cover, and that were to be mutated.
        uncovered: the rules that no test covers. They get no mutants, because no test could kill those.
        problems: the wrong arguments: for a mutant that was killed or does not exist, or without a reason.
        stillborn: the number of mutants that are not valid rules. They count as neither killed nor survived.
        seconds: the time taken.
        seed: the seed of the order of the mutants.
        unread: the covered rules with an expression that gonogo cannot read. Nothing in these rules was changed.
    """

    made: int
    killed: int
    survived: tuple[Survivor, ...] = ()
    argued: tuple[Survivor, ...] = ()
    not_run: int = 0
    covered: int = 0
    uncovered: tuple[TestedRule, ...] = ()
    problems: tuple[Problem, ...] = ()
    stillborn: int = 0
    seconds: float = 0.0
    seed: int = 0
    unread: tuple[UnprovenRule, ...] = ()

    @property
    def passed(self) -> bool:
        """True if every expression was read, a mutant was tried, none survived, and no argument is wrong."""
        return not (self.untried or self.survived or self.problems or self.unread)

    @property
    def untried(self) -> str:
        """The reason why no mutant was tried, so that the tests remain unproved; empty if a mutant was tried."""
        if self.killed or self.survived or self.argued:
            return ""
        if self.not_run:
            return "there was no time to try one"
        if self.made:
            return "promtool refuses every mutant as an invalid rule"
        if self.covered:
            nothing = "cannot be read or have nothing in them" if self.unread else "have nothing in them"
            return f"the rules that tests cover {nothing} that could be changed"
        if self.uncovered:
            return "no test covers a rule, and a test can only notice a change in a rule that it covers"
        return "there is no rule"


def unread_expressions(rules: Iterable[RuleText]) -> tuple[UnprovenRule, ...]:
    """List the rules with expressions that cannot be read."""
    found = ((rule.tested, unreadable(rule.rule.expression)) for rule in rules)
    return tuple(UnprovenRule(rule, why) for rule, why in found if why)


def unread_line(unread: Sequence[UnprovenRule], rules: int) -> str:
    """Write how many of some rules have expressions that cannot be read, and the reason of the first."""
    first = unread[0]
    return f"{len(unread)} of {rules} expressions cannot be read here: {first.rule.kind} {first.rule.name}: {first.why}"


class Argument(Struct, frozen=True):
    """A line that says why a mutant may survive."""

    mutant: str
    reason: str
    where: Position


def arguments(text: str, path: str) -> Iterator[Argument]:
    """Yield the arguments of a test file. Each is a comment on a line of its own."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := _COMMENT.fullmatch(line):
            column = line.index("#") + 1
            yield Argument(found["mutant"], found["reason"].strip(), Position(path, number, column))


def wrong_arguments(
    given: Iterable[Argument], fates: Mapping[str, bool | None], *, whole: bool = True
) -> Iterator[Problem]:
    """Yield a problem for each argument that does not hold.

    Args:
        given: the arguments.
        fates: for each mutant, True if it survives, False if a test kills it, ``None`` if that is unknown.
        whole: True if every rule was mutated, so that a mutant without a fate does not exist.
    """
    seen: set[str] = set()
    for one in given:
        name = one.mutant
        if not name:
            yield Problem(one.where, "this line names no mutant", "write '# gonogo: survives MUTANT reason'")
        elif name in seen:
            yield Problem(one.where, f"there are two arguments for {name}", "remove one of them")
        elif not one.reason:
            yield Problem(one.where, f"there is no reason why {name} may survive", "write it after the mutant's name")
        elif name not in fates and whole:
            yield Problem(one.where, f"there is no mutant {name}", "remove this line: the rule has changed")
        elif fates.get(name) is False:
            yield Problem(one.where, f"{name} does not survive: a test kills it", "remove this line")
        seen.add(name)
