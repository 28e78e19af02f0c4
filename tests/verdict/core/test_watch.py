"""The judgement of one step of a watch."""

from __future__ import annotations

from dataclasses import replace

from gonogo.model.certificate import parse_criterion
from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Unread
from gonogo.model.gate import Gate
from gonogo.model.outcome import Outcome
from gonogo.model.policy import DryRun, Policy
from gonogo.model.verdict import Verdict
from gonogo.verdict.core.questions import ASK_ALWAYS, judged_signals
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.core.watch import take_step, watched
from tests.evidence_builder import NOW, evidence, policy, samples


def certifying(*criteria: str, subjects: tuple[str, ...] = ()) -> Policy:
    """Make a policy of one gate over ``x`` that certifies by these criteria."""
    gate = Gate("g", (parse_condition("x == 1"),), abort=(parse_condition("x == 0"),))
    dry_run = DryRun(certify=tuple(parse_criterion(text) for text in criteria))
    return policy(subjects=subjects, gates=(gate,), dry_run=dry_run)


def test_nothing_read_is_hold_and_known_to_nobody() -> None:
    """An unreachable server gives a step of unknowns: no share, no sample, no violation."""
    by = certifying("share(y == 1) >= 0.9", "mean(y) <= 1")
    nothing = replace(evidence(), ranges=Unread("the samples", "refused"), instant=Unread("the samples", "refused"))
    step = take_step(by, nothing, 15.0)
    assert step.judgement.verdict is Verdict.HOLD
    assert step.violations == ()
    assert step.shares == {("y == 1", ()): Outcome.UNKNOWN}
    assert step.recent["y", (), 0].times == ()
    assert step.recent["y", (), 0].doubted


def test_a_doubted_series_is_shown_as_doubted() -> None:
    """Stale samples are there, and are no evidence."""
    stale = evidence(samples("duri_x"), samples("duri_y", {100: 1.0, 130: 1.0}))
    assert take_step(certifying("mean(y) <= 1"), stale, 0.0).recent["y", (), 0].doubted


def test_a_true_abort_condition_is_a_violation() -> None:
    """The violation names its gate."""
    step = take_step(certifying(), evidence(samples("duri_x", 0.0)), 0.0)
    assert [(gate, check.condition) for gate, check in step.violations] == [("g", "x == 0")]


def test_a_step_judges_as_decide_does() -> None:
    """The certificate's signals change nothing in the verdict."""
    by = certifying("share(y == 1) >= 0.9", "rises(y, 0.2) <= 0")
    step = take_step(by, evidence(), 7.0)
    assert step.at == 7.0
    assert step.judgement == judge(by, evidence(), NOW)
    assert step.shares == {("y == 1", ()): Outcome.PASS}
    recent = step.recent["y", (), 0]
    assert not recent.doubted
    assert (recent.values[-1], recent.interval, recent.times[-1]) == (1.0, 30.0, NOW - 10)


def test_each_subject_has_its_own() -> None:
    """Each subject has its own shares and samples."""
    by = certifying("share(x == 1) >= 0.9", "mean(x) <= 1", subjects=("service",))
    seen = evidence(samples("duri_x", service="a"), samples("duri_x", 0.0, service="b"))
    step = take_step(by, seen, 0.0)
    assert step.shares == {("x == 1", ("a",)): Outcome.PASS, ("x == 1", ("b",)): Outcome.FAIL}
    assert set(step.recent) == {("x", ("a",), 0), ("x", ("b",), 0)}


def test_what_only_the_certificate_names_is_read_as_well() -> None:
    """The policy to read by asks for it, and requires no more than before."""
    by = watched(certifying("share(y == 1) >= 0.9", "mean(shared) <= 1"))
    assert set(judged_signals(by, ASK_ALWAYS)) == {"x", "y", "shared"}
    assert [condition for gate in by.gates for condition in gate.require] == [parse_condition("x == 1")]
