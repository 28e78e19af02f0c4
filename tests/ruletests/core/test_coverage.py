"""The coverage of rules, and its texts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position, Problem
from gonogo.model.rule import RuleKind
from gonogo.ruletests.core.coverage import Coverage, UnreadExpression
from gonogo.ruletests.core.mutants import MutantReport, Survivor
from gonogo.ruletests.core.report import UnitReport
from gonogo.ruletests.core.rule_text import TestedRule

RULE = TestedRule(Position("a.yml", 3, 5), "g", RuleKind.ALERT, "Down")


def test_1999_of_2000_are_not_all() -> None:
    """Coverage is compared exactly, and its percentage is cut off."""
    nearly = Coverage(2000, 1999)
    assert not nearly.reaches(Decimal(100))
    assert not nearly.reaches(Decimal("99.95" + "0" * 40 + "1"))
    assert nearly.reaches(Decimal("99.95"))
    assert nearly.percent == "99.9"


def test_no_rules_reach_nothing() -> None:
    """Without rules the coverage is 0 %."""
    assert not Coverage(0, 0).reaches(Decimal(0))
    assert Coverage(0, 0).percent == "0"


@pytest.mark.parametrize(("covered", "of", "percent"), [(1, 3, "33.3"), (1, 2, "50"), (3, 3, "100"), (0, 3, "0")])
def test_the_percentage(covered: int, of: int, percent: str) -> None:
    """The percentage has one digit after the point, unless that is 0."""
    assert Coverage(of, covered).percent == percent


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_percentage_never_says_more_than_there_is(counts: tuple[int, int]) -> None:
    """The printed percentage is always reached."""
    covered, of = counts
    coverage = Coverage(of, covered)
    assert coverage.reaches(Decimal(coverage.percent))
    assert (coverage.percent == "100") is (covered == of)


def test_rules_that_cannot_be_read_leave_open_what_is_covered() -> None:
    """With unreadable rules no percentage is reached, even if every other rule is covered."""
    unread = Coverage(2, 2, unread=(Problem(Position("a.yml", 1, 1), "this is no UTF-8 text"),))
    assert not unread.reaches(Decimal(0))
    asked = UnitReport((), coverage=unread, minimum=Decimal("99.5"))
    assert asked.shortfall == "coverage is unknown, because gonogo cannot read all rules"


def test_what_is_asked_for_is_said_as_it_was_asked() -> None:
    """A rounded minimum would say that 100 % is below 99.99999 %."""
    asked = UnitReport((), coverage=Coverage(2000, 1999), minimum=Decimal("99.99999"))
    assert asked.shortfall == "coverage is 99.9 %, below the required 99.99999 %"
    assert asked.uncovered
    assert UnitReport((), minimum=Decimal("0.00000001")).shortfall == "coverage was not measured"
    none = UnitReport((), coverage=Coverage(0, 0), minimum=Decimal(0))
    assert none.shortfall == "coverage is unknown, because there is no rule"
    assert not UnitReport((), coverage=Coverage(2, 2), minimum=Decimal(100)).uncovered


def test_a_rule_on_one_line() -> None:
    """The place comes first."""
    assert str(RULE) == "a.yml:3:5: alert Down"


def test_mutants_pass_where_none_lives_without_an_argument() -> None:
    """An argument lets a mutant survive, and a wrong argument is a failure."""
    survivor = Survivor(RULE, "Down:for:1", "it", "a", "b", "assert it")
    assert MutantReport(2, 1, argued=(survivor,)).passed
    assert MutantReport(1, 0, argued=(survivor,)).passed
    assert not MutantReport(2, 1, survived=(survivor,)).passed
    assert not MutantReport(2, 1, problems=(Problem(None, "no such mutant"),)).passed


def test_mutants_do_not_pass_where_an_expression_cannot_be_read() -> None:
    """Mutants do not pass while an expression cannot be read, because nothing in it was changed."""
    assert MutantReport(2, 2, covered=2).passed
    assert not MutantReport(2, 2, covered=2, unread=(UnreadExpression(RULE, "too deep"),)).passed


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (MutantReport(0, 0), "there is no rule"),
        (MutantReport(0, 0, uncovered=(RULE,)), "no test covers a rule"),
        (MutantReport(0, 0, covered=1, uncovered=(RULE,)), "have nothing in them"),
        (MutantReport(0, 0, covered=1, unread=(UnreadExpression(RULE, "too deep"),)), "cannot be read"),
        (MutantReport(3, 0, stillborn=3), "promtool refuses every mutant"),
        (MutantReport(3, 0, stillborn=1, not_run=2), "there was no time"),
    ],
)
def test_mutants_do_not_pass_where_none_was_tried(report: MutantReport, words: str) -> None:
    """Mutants do not pass if none was tried, and the report gives the reason."""
    assert words in report.untried
    assert not report.passed
