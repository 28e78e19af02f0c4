"""Which small changes of the rules the tests notice, and which they let live."""

from __future__ import annotations

from dataclasses import dataclass

from gonogo.errors import Problem
from gonogo.ruletests.core.tested_rule import TestedRule
from gonogo.ruletests.core.unread_expression import UnreadExpression


@dataclass(frozen=True, slots=True, order=True)
class Survivor:
    """A mutant that every test passes.

    Attributes:
        rule: the rule that was changed.
        mutant: the mutant's id, the same in every run while the rule stays as it is.
        change: in words, such as "the threshold 5 becomes 6".
        old: what was changed, as the rule has it (an expression, or a line such as ``for: 5m``).
        new: what it was changed to; empty where it was removed.
        kill: in words, the assertion that would fail for it.
        argument: why it may live, where a test file says so.
    """

    rule: TestedRule
    mutant: str
    change: str
    old: str
    new: str
    kill: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class MutantReport:
    """What came of the mutants.

    Attributes:
        made: how many mutants the rules give.
        killed: how many of them a test noticed.
        survived: those that no test noticed, and nobody argues for.
        argued: those that no test noticed, with the argument of a test file.
        not_run: how many the time did not suffice for.
        covered: how many rules were to be mutated.
        uncovered: rules that no test covers; their mutants are not made, for nothing could kill them.
        problems: arguments that are wrong: for a mutant that is killed or does not exist, or without a reason.
        stillborn: how many were no valid rules; they count as neither killed nor survived.
        seconds: how long it took.
        seed: what the order of the mutants was drawn with.
        unread: rules that tests cover and whose expressions cannot be read: nothing in these was changed.
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
    unread: tuple[UnreadExpression, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every expression was read, some mutant was tried, none lives, and no argument is wrong."""
        return not (self.untried or self.survived or self.problems or self.unread)

    @property
    def untried(self) -> str:
        """Why not one mutant was tried, so that nothing is known of the tests; empty where one was."""
        if self.killed or self.survived or self.argued:
            return ""
        if self.not_run:
            return "there was no time to try one"
        if self.made:
            return "promtool refuses every one of them as no valid rule"
        if self.covered:
            nothing = "cannot be read or have nothing in them" if self.unread else "have nothing in them"
            return f"the rules that tests cover {nothing} that could be changed"
        if self.uncovered:
            return "no test covers a rule, and nothing could notice a change of what no test covers"
        return "there is no rule"
