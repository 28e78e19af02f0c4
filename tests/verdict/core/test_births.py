"""Subjects and series that are born during a watch."""

from __future__ import annotations

from datetime import timedelta

from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, RunState, Unread
from gonogo.model.policy import DryRun, Gate, Policy, Runs
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.verdict.core.births import grace_of
from gonogo.verdict.core.watch import WatchStep, take_step
from tests.evidence_builder import NOW, at_now, evidence, policy, samples

DRY_RUN = DryRun(step=timedelta(seconds=15))
OTHER = {"job": "node", "instance": "b:9100"}
THIRD = {"job": "node", "instance": "c:9100"}


def asking(*required: str, subjects: tuple[str, ...] = (), abort: tuple[str, ...] = ()) -> Policy:
    """Make a policy of one gate."""
    gate = Gate("g", tuple(map(parse_condition, required)), tuple(map(parse_condition, abort)))
    return policy(gates=(gate,), subjects=subjects, dry_run=DRY_RUN)


def after(by: Policy, *told: tuple[float, Evidence]) -> WatchStep:
    """Take these steps and return the last one."""
    before = None
    for at, seen in told:
        before = take_step(by, seen, at, before)
    assert before is not None
    return before


def blind(step: WatchStep) -> bool:
    """Return whether a step with HOLD counts towards ``blind``."""
    assert step.judgement.verdict is Verdict.HOLD
    return step.blind_since is not None


def old(name: str = "a") -> Evidence:
    """Give the evidence of one subject with a long history."""
    return evidence(samples("duri_x", service=name))


def with_new(history: float = 60) -> Evidence:
    """Give the evidence of an old subject, and of another one with a short history."""
    return evidence(samples("duri_x", service="a"), samples("duri_x", service="new", history=history))


def test_a_new_subject_does_not_blind_until_its_longest_for_is_over() -> None:
    """After that time, and two steps, it must be known."""
    by = asking("x == 1 for 5m", subjects=("service",))
    assert grace_of(by) == 330
    assert not blind(after(by, (0, old()), (15, with_new()), (45, with_new())))
    assert not blind(after(by, (0, old()), (15, with_new()), (345, with_new())))
    assert blind(after(by, (0, old()), (15, with_new()), (346, with_new())))


def test_an_old_subject_that_is_unknown_blinds() -> None:
    """Only the new one is excused. A subject that was there when the watch began is not new."""
    by = asking("x == 1 for 5m", subjects=("service",))
    lost = evidence(samples("duri_x", service="new", history=60), vanished=({"service": "a"},))
    assert blind(after(by, (0, old()), (15, lost)))
    assert blind(after(by, (0, with_new()), (15, with_new())))


def test_subjects_after_a_step_without_an_answer_are_not_born() -> None:
    """The server did not answer at the first step, so nobody was seen."""
    by = asking("x == 1 for 5m", subjects=("service",))
    unread = Unread("the samples", "refused")
    nothing = replace(evidence(), ranges=unread, instant=unread, vanished=unread)
    assert blind(after(by, (0, nothing), (15, with_new())))
    assert blind(after(by, (0, old()), (15, nothing)))


def test_a_new_subject_is_not_unknown_while_it_is_new() -> None:
    """Its other signals may need a while. After that, ``unknown`` counts from the step that is not excused."""
    by = asking("x == 1 for 1m", subjects=("service",), abort=("unknown(y) for 1m",))
    both = evidence(samples("duri_x", service="a"), samples("duri_y", service="a"))
    one = evidence(*[samples(name, service="a") for name in ("duri_x", "duri_y")], samples("duri_x", service="new"))
    before = after(by, (0, both))
    found = []
    for at in range(15, 240, 15):
        before = take_step(by, one, at, before)
        found += [at] if before.violations else []
    assert found[0] == 180  # born at 15, excused for 90 s, counted from 120 on


def test_a_new_subject_that_is_measured_and_bad_aborts() -> None:
    """A violation needs no patience but that of its own ``for``."""
    by = asking("x == 1 for 5m", subjects=("service",), abort=("x == 0",))
    bad = evidence(samples("duri_x", service="a"), samples("duri_x", 0.0, service="new", history=60))
    assert [one.subject for one in after(by, (0, old()), (15, bad)).violations] == [{"service": "new"}]


def replaced(history: float = 60, source: dict[str, str] = OTHER, gap: float = 60) -> Evidence:
    """Give the evidence after a deploy: the old series has ended, the new one is young."""
    ended = {gap + 30 * n: 1.0 for n in range(1, 100)}
    young = samples("duri_x", source=source, history=history)
    return evidence(samples("duri_x", ended), young, instant=(at_now(young),))


def whole() -> Evidence:
    """Give the evidence of one series with a long history."""
    return evidence(samples("duri_x"))


def test_a_series_with_other_labels_is_a_successor_and_does_not_blind() -> None:
    """A pod was replaced. The condition is gappy until its window is full."""
    by = asking("x == 1 for 5m")
    assert not blind(after(by, (0, whole()), (15, replaced())))
    assert not blind(after(by, (0, whole()), (15, replaced()), (345, replaced())))
    assert blind(after(by, (0, whole()), (15, replaced()), (346, replaced())))


def test_a_predecessor_that_has_just_ended_does_not_blind() -> None:
    """The signal is ambiguous until the old series is history. A second series that stays is none the less found."""
    by = asking("x == 1 for 5m")
    just = replaced(gap=-10)
    assert not blind(after(by, (0, whole()), (15, just)))
    assert blind(after(by, (0, whole()), (15, just), (346, just)))


def test_a_series_that_is_replaced_again_and_again_is_young_only_once() -> None:
    """A pod that crashes every minute never becomes known. Its time is that of the first one."""
    by = asking("x == 1 for 5m")
    last = after(by, (0, whole()), (15, replaced()), (200, replaced(source=THIRD)), (346, replaced(source=OTHER)))
    assert blind(last)


def test_a_successor_that_was_known_may_have_a_successor_too() -> None:
    """Each deploy has its own time, once the one before is through."""
    by = asking("x == 1 for 5m")
    known = evidence(samples("duri_x", source=OTHER))
    assert not blind(after(by, (0, whole()), (15, replaced()), (360, known), (600, replaced(source=THIRD))))


def test_a_series_that_only_was_away_is_not_born_again() -> None:
    """The same labels come back after a while."""
    by = asking("x == 1 for 5m")
    back = evidence(samples("duri_x", {10.0: 1.0, 40.0: 1.0}))
    assert blind(after(by, (0, whole()), (15, back)))
    gone = evidence(samples("duri_y"))
    assert blind(after(by, (0, whole()), (15, gone), (30, back)))
    assert blind(after(by, (0, whole()), (15, replaced()), (30, back)))


def test_only_gappy_excuses_a_young_series() -> None:
    """A young series that is out of range, or whose condition has another unknown signal, blinds."""
    by = asking("x == 1 for 5m")
    strange = evidence(samples("duri_x", 7.0, source=OTHER, history=60))
    assert blind(after(by, (0, whole()), (15, strange)))
    two = asking("x == 1 for 5m or y == 0")
    both = evidence(samples("duri_x"), samples("duri_y"))
    assert blind(after(two, (0, both), (15, replaced())))
    young = samples("duri_x", source=OTHER, history=60)
    assert not blind(after(two, (0, both), (15, evidence(young, samples("duri_y")))))


def test_a_series_that_was_not_there_at_first_is_born() -> None:
    """The signal was absent when the watch began, and has its first samples now."""
    by = asking("x == 1 for 5m")
    gone = evidence(samples("duri_y"))
    assert blind(after(by, (0, gone), (15, gone)))
    assert not blind(after(by, (0, gone), (15, evidence(samples("duri_x", history=60)))))


def test_births_do_not_excuse_a_missing_record() -> None:
    """A run gate without a record blinds also beside a young series."""
    by = replace(asking("x == 1 for 5m"), runs=Runs(required=("obs-lint",)))
    there = replace(whole(), runs={"obs-lint": RunState(NOW - 60, last_passed=True)})
    missing = replace(replaced(), runs={})
    assert blind(after(by, (0, there), (15, missing)))
