"""Whether a server has exactly the rules of some files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.rules.same_rules import rule_differences

DEFAULT = timedelta(minutes=1)
X = Rule(RuleKind.RECORD, "x", "sum(raw)", {"a": "b"})
ALERT = Rule(RuleKind.ALERT, "A", "x{b='c',a='b'} > 1", {}, {"s": "{{ $value }}"}, timedelta(minutes=5), timedelta(0))


def loaded(*rules: Rule, interval: timedelta = DEFAULT, name: str = "g", file: str = "/there.yml") -> LoadedGroup:
    """Make the group as a server has it."""
    return LoadedGroup(name, interval, tuple(RuleState(rule, RuleHealth.OK) for rule in rules), file)


def told(*groups: LoadedGroup, files: tuple[RuleGroup, ...] = (RuleGroup("g", (X, ALERT), None, "here.yml"),)) -> str:
    """Say how the groups differ from the files."""
    return "\n".join(rule_differences(files, groups, DEFAULT))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), 'rule x of group g with a="b" is in the files but not on the server'),
        ((X,), "rule A of group g is in the files but not on the server"),
        ((X, ALERT, ALERT), "rule A of group g is on the server but not in the files"),
        ((X, ALERT, replace(X, name="y")), 'rule y of group g with a="b" is on the server but not in the files'),
        ((replace(X, expression="sum(other)"), ALERT), "its expression is sum(other) and not sum(raw)"),
        ((replace(X, expression="sum(raw"), ALERT), "its expression is sum(raw and not sum(raw)"),
        ((X, replace(ALERT, held=timedelta(0))), "for is 0s and not 5m"),
        ((X, replace(ALERT, keep_firing=timedelta(minutes=1))), "keep_firing_for is 1m and not 0s"),
        ((X, replace(ALERT, annotations={})), "its annotations is {} and not {'s': '{{ $value }}'}"),
    ],
)
def test_any_difference_is_said(rules: tuple[Rule, ...], expected: str) -> None:
    """What is missing, what is more, and in what a rule of the same labels differs."""
    assert expected in told(loaded(*rules))


def test_other_labels_are_another_rule() -> None:
    """Both are said."""
    assert told(loaded(replace(X, labels={}), ALERT)).count("\n") == 1


def test_another_group_is_another_rule() -> None:
    """An alert of a renamed group begins anew."""
    assert told(loaded(X, ALERT, name="other")).count("but not") == 4


def test_a_groups_interval_counts_and_the_default_is_the_configurations() -> None:
    """Each rule of the group is told."""
    half = timedelta(seconds=30)
    assert told(loaded(X, ALERT, interval=half)).count("its group's interval is 30s and not 1m") == 2
    assert told(loaded(X, interval=half), files=(RuleGroup("g", (X,), half),)) == ""


def test_the_same_rules_are_no_difference() -> None:
    """However the expression is spelt, wherever the file lies, in whatever order."""
    assert told(loaded(replace(ALERT, expression='x{a="b", b="c"}  > 1'), X)) == ""
    odd = replace(X, expression="odd(  raw")
    assert told(loaded(replace(odd, expression="odd( raw")), files=(RuleGroup("g", (odd,)),)) == ""


@given(st.lists(st.sampled_from([X, ALERT, replace(X, name="y")])), st.lists(st.sampled_from([X, ALERT])))
def test_as_often_and_no_more(ours: list[Rule], theirs: list[Rule]) -> None:
    """Nothing is said exactly where both are the same multiset."""
    same = sorted(map(str, ours)) == sorted(map(str, theirs))
    assert (told(loaded(*theirs), files=(RuleGroup("g", tuple(ours)),)) == "") is same
