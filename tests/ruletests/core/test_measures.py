"""The coverage of rules, and its texts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position, Problem
from gonogo.model.rule import RuleKind
from gonogo.ruletests.core.measures import (
    Coverage,
    MutantReport,
    Survivor,
    UnprovenRule,
    arguments,
    wrong_arguments,
)
from gonogo.ruletests.core.report import UnitReport
from gonogo.ruletests.core.rule_text import TestedRule

RULE = TestedRule(Position("a.yml", 3, 5), "g", RuleKind.ALERT, "Down")


def test_1999_of_2000_rules_are_below_100_percent() -> None:
    """Coverage is compared exactly, and its percentage is cut off."""
    nearly = Coverage(2000, 1999)
    assert not nearly.reaches(Decimal(100))
    assert not nearly.reaches(Decimal("99.95" + "0" * 40 + "1"))
    assert nearly.reaches(Decimal("99.95"))
    assert nearly.percent == "99.9"


def test_without_rules_the_coverage_is_0_percent() -> None:
    """No minimum is reached then, not even 0 %."""
    assert not Coverage(0, 0).reaches(Decimal(0))
    assert Coverage(0, 0).percent == "0"


@pytest.mark.parametrize(("covered", "of", "percent"), [(1, 3, "33.3"), (1, 2, "50"), (3, 3, "100"), (0, 3, "0")])
def test_the_percentage_has_one_digit_after_the_point(covered: int, of: int, percent: str) -> None:
    """The digit is omitted if it is 0."""
    assert Coverage(of, covered).percent == percent


@given(st.integers(1, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_printed_percentage_is_always_reached(counts: tuple[int, int]) -> None:
    """The percentage is rounded down."""
    covered, of = counts
    coverage = Coverage(of, covered)
    assert coverage.reaches(Decimal(coverage.percent))
    assert (coverage.percent == "100") is (covered == of)


def test_unreadable_rules_make_the_coverage_unknown() -> None:
    """With unreadable rules no percentage is reached, even if every other rule is covered."""
    unread = Coverage(2, 2, unread=(Problem(Position("a.yml", 1, 1), "this is no UTF-8 text"),))
    assert not unread.reaches(Decimal(0))
    asked = UnitReport((), coverage=unread, minimum=Decimal("99.5"))
    assert asked.shortfall == "coverage is unknown, because gonogo cannot read all rules"


def test_the_required_percentage_is_shown_as_given() -> None:
    """A rounded minimum would say that 100 % is below 99.99999 %."""
    asked = UnitReport((), coverage=Coverage(2000, 1999), minimum=Decimal("99.99999"))
    assert asked.shortfall == "coverage is 99.9 %, below the required 99.99999 %"
    assert asked.shortfall
    assert UnitReport((), minimum=Decimal("0.00000001")).shortfall == "coverage was not measured"
    none = UnitReport((), coverage=Coverage(0, 0), minimum=Decimal(0))
    assert none.shortfall == "coverage is unknown, because there is no rule"
    assert not UnitReport((), coverage=Coverage(2, 2), minimum=Decimal(100)).shortfall


def test_the_text_of_a_rule_is_one_line() -> None:
    """The place comes first."""
    assert str(RULE) == "a.yml:3:5: alert Down"


def test_mutants_pass_if_every_survivor_has_an_argument() -> None:
    """An argument lets a mutant survive, and a wrong argument is a failure."""
    survivor = Survivor(RULE, "Down:for:1", "it", "a", "b", "assert it")
    assert MutantReport(2, 1, argued=(survivor,)).passed
    assert MutantReport(1, 0, argued=(survivor,)).passed
    assert not MutantReport(2, 1, survived=(survivor,)).passed
    assert not MutantReport(2, 1, problems=(Problem(None, "no such mutant"),)).passed


def test_mutants_fail_with_an_unreadable_expression() -> None:
    """Mutants do not pass while an expression cannot be read, because nothing in it was changed."""
    assert MutantReport(2, 2, covered=2).passed
    assert not MutantReport(2, 2, covered=2, unread=(UnprovenRule(RULE, "too deep"),)).passed


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (MutantReport(0, 0), "there is no rule"),
        (MutantReport(0, 0, uncovered=(RULE,)), "no test covers a rule"),
        (MutantReport(0, 0, covered=1, uncovered=(RULE,)), "have nothing in them"),
        (MutantReport(0, 0, covered=1, unread=(UnprovenRule(RULE, "too deep"),)), "cannot be read"),
        (MutantReport(3, 0, stillborn=3), "promtool refuses every mutant"),
        (MutantReport(3, 0, stillborn=1, not_run=2), "there was no time"),
    ],
)
def test_mutants_fail_if_none_was_tried(report: MutantReport, words: str) -> None:
    """Mutants do not pass if none was tried, and the report gives the reason."""
    assert words in report.untried
    assert not report.passed


TEXT = """\
# gonogo: survives A:for:12 nothing waits here
tests:
  #gonogo:survives  B:window:34
  - name: "# gonogo: survives C is text"
  # gonogo: survivess D no word
"""


def test_an_argument_is_a_comment_on_its_own_line() -> None:
    """A comment beside YAML on the same line, or in a text, is not an argument."""
    found = [(one.mutant, one.reason, str(one.where)) for one in arguments(TEXT, "t.yml")]
    assert found == [("A:for:12", "nothing waits here", "t.yml:1:1"), ("B:window:34", "", "t.yml:3:3")]


@pytest.mark.parametrize(
    ("text", "lives", "whole", "message"),
    [
        ("# gonogo: survives", {}, True, "this line names no mutant"),
        ("# gonogo: survives A", {"A": True}, True, "there is no reason why A may survive"),
        ("# gonogo: survives A because", {}, True, "there is no mutant A"),
        ("# gonogo: survives A because", {"A": False}, True, "A does not survive: a test kills it"),
        ("# gonogo: survives A because\n# gonogo: survives A so", {"A": True}, True, "there are two arguments for A"),
    ],
)
def test_a_wrong_argument_is_a_problem(text: str, lives: dict[str, bool | None], whole: bool, message: str) -> None:  # noqa: FBT001 - a column
    """An argument needs a reason, and a mutant that survives."""
    assert [one.message for one in wrong_arguments(arguments(text, "t"), lives, whole=whole)] == [message]


@pytest.mark.parametrize(("lives", "whole"), [({"A": True}, True), ({"A": None}, True), ({}, False)])
def test_an_argument_for_an_untried_mutant_is_accepted(lives: dict[str, bool | None], whole: bool) -> None:  # noqa: FBT001 - a column
    """An argument for a mutant that did not run, or was not made, is not wrong."""
    given = arguments("# gonogo: survives A because", "t")
    assert list(wrong_arguments(given, lives, whole=whole)) == []
