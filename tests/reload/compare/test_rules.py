"""The rules that a server has, compared with those of the files."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.formats.files import read_rules
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleKind
from gonogo.reload.compare.placed_rules import pairs, placed
from gonogo.reload.compare.rules import RulesDifference, reordered, rules_difference
from tests.reload.compare.rule_edits import MINUTE, RULES, as_loaded, rule_edits

GROUPS = read_rules(RULES, "rules.yml").groups
DOWN = Rule(RuleKind.ALERT, "Down", "up == 0", {"severity": "page"}, {"text": "see http://h/?token=hush"}, MINUTE)


def change(rule: Rule, group: RuleGroup | None = None) -> RulesDifference:
    """Compare a rule of the files, in the group ``g`` by default, with ``DOWN`` in the group ``g`` of the server."""
    return rules_difference([group or RuleGroup("g", (rule,))], as_loaded([RuleGroup("g", (DOWN,))]))


def test_every_single_edit_of_rules_is_a_difference() -> None:
    """The edit is in the files or on the server. At least a hundred edits are tried."""
    edits = list(rule_edits(GROUPS))
    assert [what for what, edited in edits if not rules_difference(edited, as_loaded(GROUPS), MINUTE)] == []
    assert [what for what, edited in edits if not rules_difference(GROUPS, as_loaded(edited), MINUTE).words] == []
    assert len(edits) >= 100


def test_without_loaded_rules_every_rule_is_missing() -> None:
    """Without rules in the files, every loaded rule is extra."""
    assert len(rules_difference(GROUPS, ()).missing) == 8
    assert rules_difference((), as_loaded([RuleGroup("g", (DOWN,))])).words == (
        "alert Down of group g is on the server and not in the files",
    )
    assert rules_difference([RuleGroup("g", (DOWN,))], ()).words == (
        "alert Down of group g is in the files and not on the server",
    )


def test_each_changed_aspect_of_a_rule_is_listed() -> None:
    """The text shows no secret of a URL."""
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


def test_an_unreadable_expression_is_a_difference() -> None:
    """Two unreadable expressions with the same text are equal."""
    odd = replace(DOWN, expression="up ==")
    assert change(odd).words == (
        "expression of alert Down of group g is up == 0 on the server and up == (which cannot be read) in the files",
    )
    same = RuleGroup("g", (odd,))
    assert not rules_difference([same], as_loaded([same]))


def test_the_same_rules_are_equal_in_any_order_of_groups_and_spelling() -> None:
    """Expressions are compared by their syntax trees."""
    spelled = tuple(
        replace(group, rules=tuple(replace(rule, expression=f"({rule.expression}\n)") for rule in group.rules))
        for group in reversed(GROUPS)
    )
    assert rules_difference(spelled, as_loaded(GROUPS), MINUTE).words == ()


def test_the_number_of_equal_rules_counts() -> None:
    """Two rules with the same identity are two rules."""
    one, two = RuleGroup("g", (DOWN,)), RuleGroup("g", (DOWN, DOWN))
    assert len(rules_difference([two], as_loaded([one])).missing) == 1
    assert len(rules_difference([one], as_loaded([two])).extra) == 1
    assert not rules_difference([two], as_loaded([one, one]))


def test_rules_of_one_identity_are_paired_by_their_content() -> None:
    """Servers may show the files in another order."""
    one, two = RuleGroup("g", (DOWN,)), RuleGroup("g", (replace(DOWN, expression="up == 1"),))
    assert not rules_difference([one, two], as_loaded([two, one]))


def test_an_aspect_that_one_side_omits_is_not_compared() -> None:
    """Examples are the interval of a group without one, and a limit that the server does not show."""
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
def test_rules_are_equal_in_any_order(ones: tuple[list[RuleGroup], list[RuleGroup]]) -> None:
    """Equal rules have no difference."""
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
def test_only_another_order_of_the_same_rules_is_reported(
    files: tuple[RuleGroup, ...], loaded: tuple[RuleGroup, ...], found: tuple[str, ...]
) -> None:
    """Different rules have reports of their own. Groups with the same name can replace each other."""
    assert reordered(files, as_loaded(loaded)) == found


def test_another_order_is_a_difference() -> None:
    """The difference is a clause with the name of the group."""
    found = rules_difference([group(A, B)], as_loaded([group(B, A)]))
    assert found.words == ("the rules of group g are in another order on the server than in the files",)
    assert found
