"""Tests of Kleene's algebra, and of the order of reasons."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.outcome import Doubt, Outcome, Reason, all_of, any_of, in_order
from gonogo.model.verdict import Verdict, of_outcome, worst

_RANK = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2}
outcomes = st.lists(st.sampled_from(list(Outcome)))


def test_without_conditions_or_subjects_no_outcome_passes() -> None:
    """The outcome is UNKNOWN, and the verdict is HOLD."""
    assert all_of([]) is Outcome.UNKNOWN
    assert any_of([]) is Outcome.UNKNOWN
    assert worst([]) is Verdict.HOLD


def test_pairs_of_outcomes_follow_kleenes_logic() -> None:
    """Conjunction is the minimum and disjunction the maximum of FAIL < UNKNOWN < PASS."""
    pairs = list(product(Outcome, Outcome))
    assert len(pairs) == 9
    for left, right in pairs:
        assert all_of([left, right]) is min(left, right, key=_RANK.__getitem__)
        assert any_of([left, right]) is max(left, right, key=_RANK.__getitem__)


@given(outcomes, st.randoms())
def test_the_order_of_outcomes_does_not_matter(found: list[Outcome], random: object) -> None:
    """Conjunction and disjunction give the same result in any order."""
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert all_of(found) is all_of(shuffled)
    assert any_of(found) is any_of(shuffled)


@given(outcomes)
def test_a_failure_is_never_outvoted(found: list[Outcome]) -> None:
    """One FAIL makes NO-GO, and one UNKNOWN makes HOLD at best."""
    assert of_outcome(all_of([*found, Outcome.FAIL])) is Verdict.NO_GO
    assert of_outcome(all_of([*found, Outcome.UNKNOWN])) is not Verdict.GO


def test_reasons_are_in_the_order_of_the_contract() -> None:
    """Each reason is named once."""
    doubts = [Doubt(Reason.GAPPY, "g"), Doubt(Reason.ABSENT, "a"), Doubt(Reason.GAPPY, "again")]
    assert in_order(doubts) == (Doubt(Reason.ABSENT, "a"), Doubt(Reason.GAPPY, "g"))


def test_the_worst_subject_decides() -> None:
    """GO is the best verdict, and NO-GO the worst."""
    assert worst([Verdict.GO, Verdict.HOLD]) is Verdict.HOLD
    assert worst([Verdict.NO_GO, Verdict.HOLD, Verdict.GO]) is Verdict.NO_GO
