"""Evaluations that count: those that began once the input of the rule was there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, Rule, RuleGroup, RuleHealth, RuleKind, RuleState
from gonogo.reload.comparison import evaluation
from gonogo.reload.first_results import Due, FirstResults, RuleId, evaluation_of, new_or_changed_rules
from gonogo.reload.loaded_comparison import LoadedComparison, Reload
from gonogo.server.server_state import ServerState
from tests.reload.test_comparison import AFTER, AT, BEFORE, RELOAD, STAGED, target

EVERY = timedelta(seconds=15)
Rules = tuple[tuple[str, str], ...]
A: Rules = (("a:a", "up"),)
B: Rules = (("b:b", "a:a"),)
C: Rules = (("c:c", "b:b"),)


def group(name: str, rules: Rules, began: float | None, took: float = 0.0) -> LoadedGroup:
    """Make a group that was evaluated so many seconds after the reload."""
    at = None if began is None else AT + began
    states = tuple(
        RuleState(Rule(RuleKind.RECORD, record, expression), RuleHealth.OK, evaluated_at=at)
        for record, expression in rules
    )
    return LoadedGroup(name, EVERY, states, "r.yml", began_at=at, ended_at=None if at is None else at + took)


def look(*groups: LoadedGroup, before: ServerState = BEFORE) -> ServerState:
    """Make the state that one look shows."""
    return replace(AFTER, rules=groups, targets=before.targets)


def waiting(
    *looks: ServerState, before: ServerState = BEFORE, delay: float = 0.0, reload: Reload = RELOAD
) -> list[str]:
    """Look again and again. Return the evaluations that the last look does not count, with the reasons."""
    files = tuple(RuleGroup(one.name, (), delay=timedelta(seconds=delay)) for one in looks[0].rules)
    compared = LoadedComparison(before, looks[0], replace(STAGED, rules=files), reload)
    for now in looks:
        compared = replace(compared, now=now).seen()
    return [f"{one.where.rpartition(';')[2]}: {one.what.partition('since ')[2]}" for one in evaluation(compared)]


FIRST = "b: the first evaluation of record a:a of group a, which it reads"


def test_an_evaluation_before_its_input_does_not_count() -> None:
    """The record that the rule reads must have been evaluated completely before."""
    assert waiting(look(group("a", A, 5.0), group("b", B, 4.0))) == [FIRST]
    assert waiting(look(group("a", A, 5.0, took=2.0), group("b", B, 6.0))) == [FIRST]
    assert waiting(look(group("a", A, None), group("b", B, 4.0))) == ["a: the reload", FIRST]
    assert waiting(look(group("a", A, 5.0, took=2.0), group("b", B, 7.5))) == []


def test_the_first_seen_evaluation_of_the_input_counts() -> None:
    """Later evaluations of the record make no difference."""
    first = look(group("a", A, 5.0), group("b", B, 4.0))
    assert waiting(first, look(group("a", A, 10.0), group("b", B, 9.0))) == []


def test_a_chain_of_records_is_waited_for_to_its_end() -> None:
    """An evaluation in the middle counts only if it had its own input."""
    early = look(group("c", C, 6.0), group("b", B, 4.0), group("a", A, 5.0))
    assert len(waiting(early)) == 2
    then = look(group("c", C, 8.0), group("b", B, 9.0), group("a", A, 10.0))
    assert waiting(early, then) == ["c: the first evaluation of record b:b of group b, which it reads"]
    assert waiting(early, then, look(group("c", C, 9.5), group("b", B, 9.0), group("a", A, 10.0))) == []


def test_unchanged_records_are_no_new_input() -> None:
    """The record of a rule that failed before the reload is new input."""
    before = replace(BEFORE, rules=(group("a", A, -50.0), group("b", B, -50.0)))
    now = look(group("a", A, 5.0), group("b", B, 4.0), before=before)
    assert waiting(now, before=before) == []
    failed = tuple(replace(state, health=RuleHealth.ERROR) for state in before.rules[0].rules)
    assert waiting(now, before=replace(before, rules=(replace(before.rules[0], rules=failed), before.rules[1]))) == [
        FIRST
    ]


def test_a_new_target_may_be_the_input_of_every_rule() -> None:
    """The records and their readers may have existed before the reload."""
    before = replace(BEFORE, rules=(group("a", A, -50.0), group("b", B, -50.0)))
    now = replace(look(group("a", A, 5.0), group("b", B, 4.0)), targets=(target("b:1", at=AT + 1),))
    assert waiting(now, before=before) == [FIRST]


@pytest.mark.parametrize(("began", "counts"), [(14.0, False), (15.5, True)])
def test_a_group_with_a_query_offset_reads_the_past(began: float, counts: bool) -> None:  # noqa: FBT001 - pytest
    """The input must be older than the offset."""
    before = replace(BEFORE, rules=(group("a", A, -50.0),))
    now = replace(look(group("a", A, began)), targets=(target("b:1", at=AT + 5),))
    found = waiting(now, before=before, delay=10.0)
    assert (not found) is counts
    assert counts or found[0].endswith("which is new or changed, and its query offset of 10 s after that")
    assert bool(waiting(look(group("a", A, 5.0), group("b", B, began)), delay=10.0)) is not counts


def test_the_rules_of_a_group_are_evaluated_in_order() -> None:
    """A rule reads a record above it in the same evaluation. It reads a later record, or itself, in the next one."""
    down, up, itself = (*A, *B), (*B, *A), (("a:a", "a:a or up"),)
    assert waiting(look(group("g", down, 5.0))) == []
    for rules in (up, itself):
        assert len(waiting(look(group("g", rules, 5.0)))) == 1
        assert waiting(look(group("g", rules, 5.0)), look(group("g", rules, 6.0))) == []


def test_an_evaluation_that_began_before_the_reload_does_not_count() -> None:
    """The rule itself may have been evaluated after the reload."""
    slow = group("a", A, 1.0)
    assert waiting(look(replace(slow, began_at=AT - 1.0))) == ["a: the reload"]


def test_a_later_failure_makes_the_first_results_void() -> None:
    """A rollback waits for evaluations after the last failed one.

    The readers of those rules are evaluated again too.
    """
    early = look(group("a", A, 5.0), group("b", B, 6.0))
    failing = replace(RELOAD, is_rollback=True, failing=replace(early, now=AT + 8.0))
    compared = replace(LoadedComparison(BEFORE, early, STAGED, RELOAD).seen(), reload=failing)
    late = replace(compared, now=look(group("a", A, 12.0), group("b", B, 11.0))).seen()
    assert [one.where for one in evaluation(late)] == ["group r.yml;b"]


def test_rules_that_change_between_looks_are_compared_anew() -> None:
    """The inputs of other rules may differ."""
    assert waiting(look(group("b", B, 4.0)), look(group("a", A, 5.0), group("b", B, 4.5))) == [FIRST]


def test_without_evaluations_of_groups_those_of_rules_count() -> None:
    """A group without any evaluation has no result."""
    shown = replace(group("a", A, 5.0), began_at=None, ended_at=None)
    found = evaluation_of(shown)
    assert found is not None
    assert (found.began, found.ended) == (AT + 5.0, AT + 5.0)
    assert evaluation_of(group("a", A, None)) is None
    assert evaluation_of(LoadedGroup("g", EVERY, ())) is None


def test_the_later_of_two_due_times_counts() -> None:
    """An event that has not been seen is later than any time."""
    early, late, unseen = Due(1.0, "early"), Due(2.0, "late"), Due(None, "unseen")
    assert [early.later(late), late.later(early), late.later(unseen), unseen.later(late)] == [
        late,
        late,
        unseen,
        unseen,
    ]


def test_a_rule_with_another_meaning_is_new() -> None:
    """The place of a rule does not count. The labels count."""
    before = replace(BEFORE, rules=(group("a", A, -50.0),))
    assert list(new_or_changed_rules(before, look(group("elsewhere", A, 5.0)))) == []
    labelled = tuple(replace(one, rule=replace(one.rule, labels={"a": "b"})) for one in group("a", A, 5.0).rules)
    changed: list[RuleId] = list(new_or_changed_rules(before, look(replace(group("a", A, 5.0), rules=labelled))))
    assert changed == [("r.yml", "a", 0)]
    assert FirstResults().seen(AFTER, frozenset(), {}, {}) == FirstResults()
