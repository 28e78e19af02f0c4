"""How much is covered, and what is said of it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position
from gonogo.model.rule import RuleKind
from gonogo.unit.coverage import Coverage
from gonogo.unit.mutants import MutantReport, Survivor
from gonogo.unit.tested_rule import TestedRule

RULE = TestedRule(Position("a.yml", 3, 5), "g", RuleKind.ALERT, "Down")


def test_1999_of_2000_are_not_all() -> None:
    """Coverage is compared exactly, and its percentage is cut off."""
    nearly = Coverage(2000, 1999)
    assert not nearly.reaches(Fraction(100))
    assert nearly.reaches(Fraction("99.95"))
    assert nearly.percent == "99.9"


def test_no_rules_reach_nothing() -> None:
    """Where nothing is there, nothing is covered."""
    assert not Coverage(0, 0).reaches(Fraction(0))
    assert Coverage(0, 0).percent == "0"


@pytest.mark.parametrize(("covered", "of", "percent"), [(1, 3, "33.3"), (1, 2, "50"), (3, 3, "100"), (0, 3, "0")])
def test_the_percentage(covered: int, of: int, percent: str) -> None:
    """It has one digit where there is one."""
    assert Coverage(of, covered).percent == percent


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_percentage_never_says_more_than_there_is(counts: tuple[int, int]) -> None:
    """What it says is always reached."""
    covered, of = counts
    coverage = Coverage(of, covered)
    assert coverage.reaches(Fraction(coverage.percent))
    assert (coverage.percent == "100") is (covered == of)


def test_a_rule_on_one_line() -> None:
    """The place comes first."""
    assert str(RULE) == "a.yml:3:5: alert Down"


def test_mutants_pass_where_none_lives_without_an_argument() -> None:
    """An argument lets one live; a wrong argument fails."""
    survivor = Survivor(RULE, "Down:for:1", "it", "a", "b", "assert it")
    assert MutantReport(2, 1, argued=(survivor,)).passed
    assert not MutantReport(2, 1, survived=(survivor,)).passed
