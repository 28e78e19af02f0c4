"""Groups: rules are together with their inputs, and apart from other rules."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.rule import Rule, RuleKind
from gonogo.rulepack.grouping import grouped, reads

SECOND = timedelta(seconds=1)


def rule(name: str, expression: str) -> Rule:
    """Make a recording rule."""
    return Rule(RuleKind.RECORD, name, expression)


def test_a_reader_joins_the_group_of_what_it_reads() -> None:
    """The given order stays, so that every input is recorded before it is read."""
    groups = grouped(
        "p",
        (
            ("first", (rule("a", "x"), rule("b", "a"))),
            ("second", (rule("c", "y"),)),
            ("third", (rule("d", "sum(b) + 1"),)),
            ("nothing", ()),
        ),
        SECOND,
    )
    assert [(group.name, [r.name for r in group.rules]) for group in groups] == [
        ("p-first", ["a", "b", "d"]),
        ("p-second", ["c"]),
    ]
    assert {group.interval for group in groups} == {SECOND}


def test_reading_is_by_whole_names() -> None:
    """A name within a longer one is another metric."""
    assert reads([rule("d", "ab + 1")], [rule("ab", "x")])
    assert not reads([rule("d", "abc + 1")], [rule("ab", "x")])
