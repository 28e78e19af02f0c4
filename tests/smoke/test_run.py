"""The comparison of the rules of a server with the rules of files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.smoke.run import differences

SINCE = 1000.0
EVERY = timedelta(seconds=30)
X = Rule(RuleKind.RECORD, "x", "sum(raw)")
Y = Rule(RuleKind.RECORD, "y", "x > 1", {"a": "b"})
ALERT = Rule(RuleKind.ALERT, "A", "y > 1", held=timedelta(minutes=5))
FILES = (RuleGroup("g", (X, Y, ALERT), EVERY),)


def state(rule: Rule, **changes: object) -> RuleState:
    """Make a rule that was evaluated well after the reload."""
    return replace(RuleState(rule, RuleHealth.OK, evaluated_at=SINCE + 1), **changes)  # type: ignore[arg-type]


def difference_text(*states: RuleState, interval: timedelta = EVERY, more: tuple[LoadedGroup, ...] = ()) -> str:
    """Return the difference, if the server has these rules in the group and these groups beside it."""
    return "; ".join(differences(FILES, (LoadedGroup("g", interval, states), *more), SINCE))


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), "not on the server"),
        ((X, Y), "not on the server"),
        ((X, replace(Y, expression="x > 2"), ALERT), "x > 2"),
        ((X, replace(Y, labels={}), ALERT), "not on the server"),
        ((X, Y, replace(ALERT, held=timedelta(0))), "waits 0s"),
        ((X, X, Y, ALERT), "more often"),
    ],
    ids=["none", "alert-missing", "expression", "labels", "for", "twice"],
)
def test_any_difference_of_rules_is_reported(states: tuple[Rule, ...], expected: str) -> None:
    """Recording rules and alerts are compared."""
    assert expected in difference_text(*map(state, states))


def test_another_interval_is_a_difference() -> None:
    """The file gives the group an interval."""
    assert "30s" in difference_text(state(X), state(Y), state(ALERT), interval=timedelta(minutes=1))


def test_a_foreign_rule_with_a_name_of_the_policy_is_a_difference() -> None:
    """Another group records the same metric."""
    theirs = LoadedGroup("theirs", EVERY, (state(Rule(RuleKind.RECORD, "x", "vector(1)")),))
    assert "not in the policy's rule files" in difference_text(state(X), state(Y), state(ALERT), more=(theirs,))


def test_rules_with_other_names_are_ignored() -> None:
    """Other rules may be in any state. Alerts with other names do not count either."""
    others = (
        state(Rule(RuleKind.RECORD, "z", "vector(1)"), health=RuleHealth.ERROR),
        state(Rule(RuleKind.ALERT, "Theirs", "x > 1"), evaluated_at=None),
    )
    assert difference_text(state(X), state(Y), state(ALERT), more=(LoadedGroup("theirs", EVERY, others),)) == ""


@pytest.mark.parametrize(
    ("ill", "expected"),
    [
        ({"evaluated_at": None}, "rule y of group g has not been evaluated since its targets were up"),
        ({"evaluated_at": SINCE - 1}, "rule y of group g has not been evaluated since its targets were up"),
        ({"health": RuleHealth.ERROR, "last_error": "many-to-many"}, "rule y of group g fails: many-to-many"),
        ({"health": RuleHealth.UNKNOWN}, "rule y of group g fails: unknown"),
    ],
)
def test_a_rule_must_have_been_evaluated_without_error(ill: dict[str, object], expected: str) -> None:
    """The evaluation must be after the given time."""
    assert difference_text(state(X), state(Y, **ill), state(ALERT)) == expected
