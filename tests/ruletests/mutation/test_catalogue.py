"""Changes of the parts of a rule beside its expression."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleKind
from gonogo.ruletests.mutation.catalogue import mutations
from tests.ruletests.mutation.mutating import alert, record

FIVE = timedelta(minutes=5)


def test_for_is_doubled_and_dropped() -> None:
    """``for`` is doubled and dropped."""
    made = [one for one in mutations(alert("x", held=FIVE)) if one.operator == "for"]
    assert [(one.rule.held, one.old, one.new) for one in made] == [
        (2 * FIVE, "for: 5m", "for: 10m"),
        (timedelta(0), "for: 5m", ""),
    ]
    assert not [one for one in mutations(alert("x")) if one.operator == "for"]


def test_keep_firing_for_is_doubled_and_dropped() -> None:
    """``keep_firing_for`` is doubled and dropped."""
    rule = replace(alert("x"), keep_firing=FIVE)
    made = [one for one in mutations(rule) if one.operator == "keep_firing_for"]
    assert [one.rule.keep_firing for one in made] == [2 * FIVE, timedelta(0)]


def test_own_labels_are_changed_and_dropped() -> None:
    """Labels of the group stay, because they do not belong to the rule."""
    rule = Rule(RuleKind.ALERT, "A", "x", {"severity": "page", "team": "sre"})
    made = [one.rule.labels for one in mutations(rule, ("severity",)) if one.operator == "label"]
    assert made == [{"severity": "page-another", "team": "sre"}, {"team": "sre"}]


def test_a_label_that_the_expression_gives_is_not_dropped() -> None:
    """Without the clause the result has the same label."""
    rule = record('rate(x{realm="prod"}[5m])', realm="prod")
    made = [one.rule.labels for one in mutations(rule, ("realm",)) if one.operator == "label"]
    assert made == [{"realm": "prod-another"}]
    unreadable = record("x > > 1", realm="prod")
    assert len(mutations(unreadable, ("realm",))) == 2


def test_annotations_are_changed_only_if_a_test_asserts_them() -> None:
    """Tests that never see an alert fire cannot notice its annotations."""
    rule = alert("x", summary="It is down")
    assert not [one for one in mutations(rule) if one.operator == "annotation"]
    made = [one.rule.annotations for one in mutations(rule, annotated=True) if one.operator == "annotation"]
    assert made == [{"summary": "It is down another"}]


def test_the_name_of_a_mutant_is_one_stable_word() -> None:
    """The name of a mutant goes into comments, so it has no space, and it distinguishes rules by their labels."""
    rule = Rule(RuleKind.ALERT, "Disk is full", "x > 5", {"severity": "page"})
    first, *_ = mutations(rule)
    assert first.id == mutations(rule)[0].id
    assert first.id.startswith("Disk_is_full:threshold:")
    assert " " not in first.id
    assert first.id != mutations(replace(rule, labels={"severity": "info"}))[0].id
