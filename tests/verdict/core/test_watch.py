"""The judgement of one step of a watch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.condition import parse_condition, parse_criterion
from gonogo.model.evidence import Unread
from gonogo.model.outcome import JudgedCondition, Outcome
from gonogo.model.policy import DryRun, Gate, Policy
from gonogo.model.verdict import Judgement, Verdict
from gonogo.verdict.core.questions import ASK_ALWAYS, judged_signals
from gonogo.verdict.core.verdict import judge
from gonogo.verdict.core.watch import Abort, Blindness, WatchStep, observe, take_step, watched
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
    assert [(gate, check.condition) for gate, check in step.violations] == [("g", "x == 0")]


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


DRY_RUN = DryRun(step=timedelta(seconds=15), blind=timedelta(minutes=10))
VIOLATION = ("heartbeat", JudgedCondition("heartbeat_ok != 1 for 5m", Outcome.PASS, detail="duri_heartbeat_ok is 0"))

verdicts = st.sampled_from(list(Verdict))


def step(at: float, verdict: Verdict, *violations: tuple[str, JudgedCondition]) -> WatchStep:
    """Make a step that has only a verdict and its violations."""
    return WatchStep(at, Judgement(verdict, 1_700_000_000.0 + at, ()), violations)


def run(*steps: WatchStep) -> Abort | None:
    """Observe steps until one of them aborts."""
    sight: Blindness | None = None
    for one in steps:
        sight, abort = observe(sight, one, DRY_RUN)
        if abort is not None:
            return abort
    return None


def held(verdict: Verdict, since: int, until: int) -> list[WatchStep]:
    """Make a step every 15 s with the same verdict."""
    return [step(at, verdict) for at in range(since, until + 1, 15)]


def test_a_violation_aborts_at_once_and_is_named() -> None:
    """The first step with a true abort condition ends the run."""
    abort = run(step(0, Verdict.GO), step(15, Verdict.NO_GO, VIOLATION))
    assert abort == Abort(
        "violated heartbeat: heartbeat_ok != 1 for 5m (duri_heartbeat_ok is 0)", violations=(VIOLATION,)
    )


def test_a_violation_aborts_even_under_a_go() -> None:
    """An abort condition counts also if every requirement passes."""
    assert run(step(0, Verdict.GO, VIOLATION)) is not None


def test_ten_minutes_of_hold_abort() -> None:
    """HOLD for the whole of ``blind`` ends the run."""
    abort = run(*held(Verdict.GO, 0, 60), *held(Verdict.HOLD, 75, 675))
    assert abort is not None
    assert abort.detail == "the verdict was not known for 600 s; dry_run.blind allows 10m"


def test_a_hold_from_the_first_step_counts_from_the_start() -> None:
    """A watch that begins with HOLD is blind since its start."""
    assert run(*held(Verdict.HOLD, 0, 585)) is None
    assert run(*held(Verdict.HOLD, 0, 600)) is not None


def test_a_hold_that_ends_in_time_does_not_abort() -> None:
    """A known verdict starts the count again."""
    assert run(*held(Verdict.HOLD, 0, 585), step(599, Verdict.GO), *held(Verdict.HOLD, 614, 1199)) is None


def test_a_no_go_is_a_known_verdict() -> None:
    """NO-GO is not blindness, and does not abort by itself."""
    assert run(*held(Verdict.NO_GO, 0, 3600)) is None


def test_a_gap_between_steps_counts_as_blind() -> None:
    """The last verdict counts for two steps. 10 min beyond that are an abort, even after a GO."""
    assert run(step(0, Verdict.GO), step(629.9, Verdict.GO)) is None
    assert run(step(0, Verdict.GO), step(630, Verdict.GO)) is not None


def test_a_gap_and_a_hold_add_up() -> None:
    """A gap that ends in HOLD continues the count."""
    assert run(step(0, Verdict.GO), *held(Verdict.HOLD, 400, 625)) is None
    assert run(step(0, Verdict.GO), *held(Verdict.HOLD, 400, 640)) is not None


@given(st.lists(st.tuples(st.integers(1, 30), verdicts), max_size=60))
def test_a_run_without_ten_blind_minutes_never_aborts(told: list[tuple[int, Verdict]]) -> None:
    """Law: with short gaps, only HOLD for 10 min without a break aborts."""
    at, since = 0, None
    steps, must_abort = [], False
    for gap, verdict in told:
        at += gap
        steps.append(step(at, verdict))
        if verdict is Verdict.HOLD:
            since = at if since is None else since
        if since is not None:
            must_abort = must_abort or at - since >= 600
        if verdict is not Verdict.HOLD:
            since = None
    assert (run(*steps) is not None) == must_abort


@given(st.lists(verdicts, min_size=1, max_size=80), st.integers(0, 79))
def test_a_violation_at_any_step_aborts(told: list[Verdict], place: int) -> None:
    """Law: a violation ends the run, with any steps before it."""
    steps = [step(15.0 * n, verdict) for n, verdict in enumerate(told)]
    last = steps[place % len(steps)]
    steps[place % len(steps)] = step(last.at, last.judgement.verdict, VIOLATION)
    assert run(*steps) is not None
