"""The judgement of one step of a watch."""

from __future__ import annotations

from gonogo.model.condition import parse_condition, parse_criterion
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.outcome import Outcome, Reason
from gonogo.model.policy import DryRun, Gate, Policy
from gonogo.model.replacing import replace
from gonogo.model.verdict import Verdict
from gonogo.verdict.core.pace import Glance
from gonogo.verdict.core.questions import ASK_ALWAYS, judged_signals
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.core.watch import WatchStep, take_step, watched
from tests.evidence_builder import NOW, evidence, policy, samples


def certifying(*criteria: str, subjects: tuple[str, ...] = ()) -> Policy:
    """Make a policy of one gate over ``x`` with these criteria of the certificate."""
    gate = Gate("g", (parse_condition("x == 1"),), abort=(parse_condition("x == 0"),))
    dry_run = DryRun(certify=tuple(parse_criterion(text) for text in criteria))
    return policy(subjects=subjects, gates=(gate,), dry_run=dry_run)


def test_a_step_on_an_unreachable_server_is_hold_and_unknown() -> None:
    """The step has no known share, no sample and no violation."""
    by = certifying("share(y == 1) >= 0.9", "mean(y) <= 1")
    nothing = replace(evidence(), ranges=Unread("the samples", "refused"), instant=Unread("the samples", "refused"))
    step = take_step(by, nothing, 15.0)
    assert step.judgement.verdict is Verdict.HOLD
    assert step.violations == ()
    assert step.shares == {("y == 1", ()): Outcome.UNKNOWN}
    assert step.recent["y", (), 0].times == ()
    assert step.recent["y", (), 0].doubted


def test_a_doubted_series_is_shown_as_doubted() -> None:
    """Stale samples are no evidence."""
    stale = evidence(samples("duri_x"), samples("duri_y", {100: 1.0, 130: 1.0}))
    assert take_step(certifying("mean(y) <= 1"), stale, 0.0).recent["y", (), 0].doubted


def test_a_true_abort_condition_is_a_violation() -> None:
    """The violation has the name of its gate."""
    step = take_step(certifying(), evidence(samples("duri_x", 0.0)), 0.0)
    assert [(one.gate, one.check.condition) for one in step.violations] == [("g", "x == 0")]


def test_a_step_has_the_verdict_of_decide() -> None:
    """The signals of the certificate do not change the verdict."""
    by = certifying("share(y == 1) >= 0.9", "rises(y, 0.2) <= 0")
    step = take_step(by, evidence(), 7.0)
    assert step.at == 7.0
    assert step.judgement == judge(by, evidence(), NOW)
    assert step.shares == {("y == 1", ()): Outcome.PASS}
    recent = step.recent["y", (), 0]
    assert not recent.doubted
    assert (recent.values[-1], recent.interval, recent.times[-1]) == (1.0, 30.0, NOW - 10)


def test_each_subject_has_its_own_shares_and_samples() -> None:
    """The shares and samples have the name of the subject as their key."""
    by = certifying("share(x == 1) >= 0.9", "mean(x) <= 1", subjects=("service",))
    seen = evidence(samples("duri_x", service="a"), samples("duri_x", 0.0, service="b"))
    step = take_step(by, seen, 0.0)
    assert step.shares == {("x == 1", ("a",)): Outcome.PASS, ("x == 1", ("b",)): Outcome.FAIL}
    assert set(step.recent) == {("x", ("a",), 0), ("x", ("b",), 0)}


def test_signals_of_the_certificate_are_read_as_well() -> None:
    """The requirements of the policy stay the same."""
    by = watched(certifying("share(y == 1) >= 0.9", "mean(shared) <= 1"))
    assert set(judged_signals(by, ASK_ALWAYS)) == {"x", "y", "shared"}
    assert [condition for gate in by.gates for condition in gate.require] == [parse_condition("x == 1")]


UNKNOWN_X = Gate("g", (parse_condition("y == 1"),), abort=(parse_condition("unknown(x) for 5m"),))


def steps(by: Policy, *told: tuple[int, Evidence], since: WatchStep | None = None) -> list[WatchStep]:
    """Take a step every 15 s from 0, or from a step, until each of these times, with the same evidence."""
    found = [] if since is None else [since]
    for until, seen in told:
        at = found[-1].at + 15 if found else 0.0
        while at <= until:
            found.append(take_step(by, seen, at, found[-1] if found else None))
            at += 15
    return found


def aborted(found: list[WatchStep]) -> list[float]:
    """Return the times of the steps with a violation."""
    return [one.at for one in found if one.violations]


def test_unknown_is_counted_by_the_steps_of_the_watch() -> None:
    """The signal is away from 60 s on. Whatever its reason, it is counted without a break."""
    by = policy(gates=(UNKNOWN_X,))
    away, unread = evidence(samples("duri_y")), Unread("the samples", "refused")
    nothing = replace(evidence(), ranges=unread, instant=unread)
    assert aborted(steps(by, (60, evidence()), (400, away))) == [375.0, 390.0]
    assert aborted(steps(by, (60, evidence()), (180, away), (240, nothing), (400, away)))[0] == 375.0
    known = steps(by, (60, evidence()), (300, away), (315, evidence()), (600, away))
    assert aborted(known) == []
    assert steps(by, (0, away))[0].violations == ()


def test_a_signal_without_which_every_requirement_passes_is_not_counted() -> None:
    """At night there is no ratio of requests, and the requirement allows for little traffic."""
    either = replace(UNKNOWN_X, require=(parse_condition("x == 1 or y == 1"),))
    quiet, busy = evidence(samples("duri_y")), evidence(samples("duri_y", 0.0))
    assert aborted(steps(policy(gates=(either,)), (600, quiet))) == []
    assert aborted(steps(policy(gates=(either,)), (0, quiet), (330, busy)))[0] == 315.0
    needed = Gate("other", (parse_condition("x == 1"),))
    assert aborted(steps(policy(gates=(either, needed)), (315, quiet)))[0] == 300.0


def test_unknown_is_counted_for_each_subject_also_while_another_is_no_go() -> None:
    """The whole verdict is NO-GO, so it is not blind. The subject that died is still found."""
    by = policy(gates=(replace(UNKNOWN_X, require=(parse_condition("x == 1"),)),), subjects=("service",))
    bad, good = samples("duri_x", 0.0, service="b"), samples("duri_x", service="a")
    died = evidence(bad, vanished=({"service": "a"},))
    found = steps(by, (60, evidence(good, bad)), (390, died))
    assert found[-1].judgement.verdict is Verdict.NO_GO
    assert found[-1].blind_since is None
    assert aborted(found) == [375.0, 390.0]
    assert [one.subject for one in found[-1].violations] == [{"service": "a"}]


def test_a_subject_stays_counted_while_the_server_does_not_answer() -> None:
    """Without an answer no subject is seen. Those of the steps before are still unknown."""
    by = policy(gates=(replace(UNKNOWN_X, require=(parse_condition("x == 1"),)),), subjects=("service",))
    unread = Unread("the samples", "refused")
    nothing = replace(evidence(), ranges=unread, instant=unread, vanished=unread)
    died = evidence(samples("duri_x", service="b"), vanished=({"service": "a"},))
    both = evidence(samples("duri_x", service="b"), samples("duri_x", service="a"))
    found = steps(by, (60, both), (180, died), (240, nothing), (375, died))
    assert aborted(found) == [375.0]
    assert [one.subject for one in found[-1].violations] == [{"service": "a"}]


def test_a_shared_signal_is_counted_once() -> None:
    """Its place has no subject."""
    gate = Gate("g", (parse_condition("x == 1"),), warn=(parse_condition("unknown(shared) for 1m"),))
    by = policy(gates=(gate,), subjects=("service",))
    seen = evidence(samples("duri_x", service="a"), samples("duri_x", service="b"))
    *_, last = steps(by, (90, seen))
    assert last.unknown == {("shared", (), 0): 0.0}
    assert [[w.condition for w in s.gates[0].warnings] for s in last.judgement.subjects] == [
        ["unknown(shared) for 1m"],
        ["unknown(shared) for 1m"],
    ]


def test_a_replayed_answer_is_unreachable_and_proves_nothing() -> None:
    """The server's clock stands still. Neither GO nor a violation is taken from such an answer."""
    by = certifying("mean(y) <= 1")
    first = take_step(by, evidence(), 0.0, None, Glance(NOW, 0.0, 0.1))
    assert first.judgement.verdict is Verdict.GO
    again = take_step(by, evidence(), 15.0, first, Glance(NOW, 15.0, 15.1))
    (gate,) = again.judgement.subjects[0].gates
    assert gate.checks[0].doubts[0].reason is Reason.UNREACHABLE
    assert "no valid answer to the server's time: the server's clock advanced by 0.0 s while 15.0 s passed here" in (
        gate.checks[0].detail
    )
    assert again.recent["y", (), 0].doubted
    violated = take_step(by, evidence(samples("duri_x", 0.0)), 15.0, first, Glance(NOW, 15.0, 15.1))
    assert violated.violations == ()
    unasked = take_step(by, evidence(), 30.0, again, None)
    assert unasked.judgement.verdict is Verdict.GO
    assert unasked.glances == again.glances
