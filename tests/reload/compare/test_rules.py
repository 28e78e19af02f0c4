"""The rules that a server has, compared with those of the files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.formats.files import read_rules
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleKind
from gonogo.reload.compare.placed_rules import pairs, placed
from gonogo.reload.compare.rules import RulesDifference, reordered, rules_difference
from tests.reload.compare.rule_edits import MINUTE, RULES, as_loaded, rule_edits

GROUPS = read_rules(RULES, "rules.yml").groups
DOWN = Rule(RuleKind.ALERT, "Down", "up == 0", {"severity": "page"}, {"text": "see http://h/?token=hush"}, MINUTE)


def change(rule: Rule, group: RuleGroup | None = None) -> RulesDifference:
    """Hold a rule, in the group ``g`` or another, against ``DOWN`` in the group ``g``."""
    return rules_difference([group or RuleGroup("g", (rule,))], as_loaded([RuleGroup("g", (DOWN,))]))


def test_every_single_edit_is_seen() -> None:
    """A hundred of them and more."""
    edits = list(rule_edits(GROUPS))
    assert [what for what, edited in edits if not rules_difference(edited, as_loaded(GROUPS), MINUTE)] == []
    assert [what for what, edited in edits if not rules_difference(GROUPS, as_loaded(edited), MINUTE).words] == []
    assert len(edits) >= 100


def test_nothing_loaded_is_all_missing() -> None:
    """And the other way round all is extra."""
    assert len(rules_difference(GROUPS, ()).missing) == 8
    assert rules_difference((), as_loaded([RuleGroup("g", (DOWN,))])).words == (
        "alert Down of group g is on the server and not in the files",
    )
    assert rules_difference([RuleGroup("g", (DOWN,))], ()).words == (
        "alert Down of group g is in the files and not on the server",
    )


def test_what_changed_is_said() -> None:
    """Aspect by aspect, and no secret of a URL."""
    other = replace(DOWN, expression="up  == 1", labels={}, annotations={"text": "see http://h/?token=rush"})
    url = "see http://h/?token=…"
    assert change(other).words == (
        "expression of alert Down of group g is up == 0 on the server and up == 1 in the files",
        f"annotation text of alert Down of group g is {url} on the server and {url} in the files",
        'labels of alert Down of group g is severity="page" on the server and nothing in the files',
    )
    assert change(DOWN, RuleGroup("h", (DOWN,))).words == (
        "group of alert Down of group h is g on the server and h in the files",
    )


def test_what_cannot_be_read_is_not_taken_for_equal() -> None:
    """Unless the texts are."""
    odd = replace(DOWN, expression="up ==")
    assert change(odd).words == (
        "expression of alert Down of group g is up == 0 on the server and up == (which cannot be read) in the files",
    )
    same = RuleGroup("g", (odd,))
    assert not rules_difference([same], as_loaded([same]))


def test_the_same_rules_are_equal_in_any_order_of_groups_and_spelling() -> None:
    """An expression is its tree."""
    spelled = tuple(
        replace(group, rules=tuple(replace(rule, expression=f"({rule.expression}\n)") for rule in group.rules))
        for group in reversed(GROUPS)
    )
    assert rules_difference(spelled, as_loaded(GROUPS), MINUTE).words == ()


def test_how_often_counts() -> None:
    """Two rules of one identity are two."""
    one, two = RuleGroup("g", (DOWN,)), RuleGroup("g", (DOWN, DOWN))
    assert len(rules_difference([two], as_loaded([one])).missing) == 1
    assert len(rules_difference([one], as_loaded([two])).extra) == 1
    assert not rules_difference([two], as_loaded([one, one]))


def test_rules_of_one_identity_are_paired_by_what_they_do() -> None:
    """Servers may show files in another order."""
    one, two = RuleGroup("g", (DOWN,)), RuleGroup("g", (replace(DOWN, expression="up == 1"),))
    assert not rules_difference([one, two], as_loaded([two, one]))


def test_what_a_side_does_not_say_is_not_compared() -> None:
    """The interval of a group that gives none, and a limit that is not shown."""
    file = RuleGroup("g", (DOWN,), limit=5)
    slow = LoadedGroup("g", timedelta(hours=1), as_loaded([file])[0].rules)
    assert not rules_difference([file], [slow])
    assert rules_difference([file], [slow], MINUTE).words == (
        "interval of alert Down of group g is 1h on the server and 1m in the files",
    )
    assert rules_difference([file], [replace(slow, limit=0)]).words == (
        "limit of alert Down of group g is nothing on the server and 5 in the files",
    )


names = st.sampled_from(["A", "B"])
some_rules = st.lists(
    st.builds(
        lambda group, name, label, expression: RuleGroup(
            group, (Rule(RuleKind.ALERT, name, expression, {"l": label} if label else {}),)
        ),
        names,
        names,
        st.sampled_from(["", "x"]),
        st.sampled_from(["up", "down"]),
    ),
    max_size=6,
)


@given(ones=some_rules, others=some_rules)
def test_every_rule_is_in_one_pair(ones: list[RuleGroup], others: list[RuleGroup]) -> None:
    """No rule is lost or used twice, and no name is left on both sides."""
    here, there = placed(ones), placed(others)
    found = list(pairs(here, there))
    assert sorted(id(one) for one, _ in found if one) == sorted(map(id, here))
    assert sorted(id(other) for _, other in found if other) == sorted(map(id, there))
    alone = {one.rule.name for one, other in found if one and not other}
    assert not alone & {other.rule.name for one, other in found if other and not one}


@given(ones=some_rules.flatmap(lambda rules: st.tuples(st.just(rules), st.permutations(rules))))
def test_rules_equal_themselves(ones: tuple[list[RuleGroup], list[RuleGroup]]) -> None:
    """In any order."""
    assert not rules_difference(ones[0], as_loaded(ones[1]))


A, B, C = (Rule(RuleKind.RECORD, name, "up") for name in "abc")
TWIN = Rule(RuleKind.RECORD, "a", "down")


def group(*rules: Rule, name: str = "g") -> RuleGroup:
    """Make a group."""
    return RuleGroup(name, rules)


@pytest.mark.parametrize(
    ("files", "loaded", "found"),
    [
        ((group(A, B),), (group(A, B),), ()),
        ((group(A, B),), (group(B, A),), ("g",)),
        ((group(A, TWIN),), (group(TWIN, A),), ("g",)),
        ((group(A, B),), (group(B, A, name="h"),), ()),
        ((group(A, B),), (group(C, A),), ()),
        ((group(A, B), group(C)), (group(C), group(A, B)), ()),
        ((group(A, B), group(B, A)), (group(A, B), group(A, B)), ("g",)),
        ((group(A), group(B)), (group(A, B),), ()),
    ],
)
def test_only_another_order_of_the_same_rules_is_told(
    files: tuple[RuleGroup, ...], loaded: tuple[RuleGroup, ...], found: tuple[str, ...]
) -> None:
    """Different rules are reported as such. Groups of one name can replace each other."""
    assert reordered(files, as_loaded(loaded)) == found


def test_another_order_is_a_difference() -> None:
    """Said as a clause."""
    found = rules_difference([group(A, B)], as_loaded([group(B, A)]))
    assert found.words == ("the rules of group g are in another order on the server than in the files",)
    assert found
