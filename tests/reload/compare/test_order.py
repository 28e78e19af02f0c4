"""The order of the rules of a group."""

from __future__ import annotations

import pytest

from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.reload.compare.order import reordered
from gonogo.reload.compare.rules import rules_difference
from tests.reload.compare.rule_edits import as_loaded

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
