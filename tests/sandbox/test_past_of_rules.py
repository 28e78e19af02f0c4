"""The past of a record is made before that of its readers, and is longer by the window of their ranges."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.sandbox.past_of_rules import RECORDED, turns


def record(name: str, expression: str) -> Rule:
    """Make a recording rule."""
    return Rule(RuleKind.RECORD, name, expression)


def turn_names(*groups: RuleGroup) -> list[list[tuple[timedelta, list[str]]]]:
    """List the names of the rules of every turn, level by level."""
    return [
        [(turn.depth, [rule.name for group in turn.groups for rule in group.rules]) for turn in level]
        for level in turns(groups)
    ]


def test_without_recording_rules_no_past_is_made() -> None:
    """Alerts record no series."""
    alert = Rule(RuleKind.ALERT, "Down", "up == 0")
    assert turn_names() == turn_names(RuleGroup("g", (alert,))) == []


def test_a_record_comes_before_its_readers() -> None:
    """The order is right across groups and for any order of the groups."""
    reader, read = record("b", "a + raw"), record("a", "raw")
    assert turn_names(RuleGroup("g", (reader,)), RuleGroup("h", (read,))) == [[(RECORDED, ["a"])], [(RECORDED, ["b"])]]


def test_windows_add_up_along_the_chain() -> None:
    """A record read over a day, by a record read over an hour, needs a day and an hour."""
    rules = (
        record("a", "raw"),
        record("b", "a * 2"),
        record("c", "avg_over_time(b[1d])"),
        record("d", "max_over_time(c[1h])"),
    )
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert turn_names(RuleGroup("g", rules)) == [
        [(RECORDED + hour + day, ["a"])],
        [(RECORDED + hour + day, ["b"])],
        [(RECORDED + hour, ["c"])],
        [(RECORDED, ["d"])],
    ]


def test_rules_with_different_depths_have_separate_turns() -> None:
    """Each group keeps its name, because its phase depends on the name."""
    rules = (record("a", "raw"), record("b", "other[5m:]"), record("c", "sum_over_time(a[1d])"))
    (first, second), _ = turns((RuleGroup("g", rules),))
    assert (first.depth, second.depth) == (RECORDED, RECORDED + timedelta(days=1))
    assert {group.name for turn in (first, second) for group in turn.groups} == {"g"}
