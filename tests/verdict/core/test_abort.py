"""The conditions under which a dry run must end."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.outcome import JudgedCondition, Outcome
from gonogo.model.policy import DryRun
from gonogo.model.verdict import Judgement, Verdict
from gonogo.verdict.core.abort import Abort, Blindness, observe
from gonogo.verdict.core.step import WatchStep

DRY_RUN = DryRun(step=timedelta(seconds=15), blind=timedelta(minutes=10))
VIOLATION = ("heartbeat", JudgedCondition("heartbeat_ok != 1 for 5m", Outcome.PASS, detail="duri_heartbeat_ok is 0"))

verdicts = st.sampled_from(list(Verdict))


def step(at: float, verdict: Verdict, *violations: tuple[str, JudgedCondition]) -> WatchStep:
    """Make a step of nothing but its verdict and its violations."""
    return WatchStep(at, Judgement(verdict, 1_700_000_000.0 + at, ()), violations)


def run(*steps: WatchStep) -> Abort | None:
    """Feed steps until one of them aborts."""
    sight: Blindness | None = None
    for one in steps:
        sight, abort = observe(sight, one, DRY_RUN)
        if abort is not None:
            return abort
    return None


def held(verdict: Verdict, since: int, until: int) -> list[WatchStep]:
    """Make a step every 15 s with the same verdict."""
    return [step(at, verdict) for at in range(since, until + 1, 15)]


def test_a_violation_aborts_at_once_and_is_told() -> None:
    """The first step with a true abort condition ends the run, and says which."""
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


def test_a_hold_from_the_first_step_counts_from_there() -> None:
    """A watch that begins blind has been blind since it began."""
    assert run(*held(Verdict.HOLD, 0, 585)) is None
    assert run(*held(Verdict.HOLD, 0, 600)) is not None


def test_a_hold_that_ends_in_time_does_not_abort() -> None:
    """One known verdict starts the count again."""
    assert run(*held(Verdict.HOLD, 0, 585), step(599, Verdict.GO), *held(Verdict.HOLD, 614, 1199)) is None


def test_a_no_go_is_known() -> None:
    """NO-GO is knowledge: it is no blindness, and by itself no abort."""
    assert run(*held(Verdict.NO_GO, 0, 3600)) is None


def test_a_watcher_that_slept_was_blind() -> None:
    """The last verdict counts for two steps. 10 min beyond that are an abort, even after a GO."""
    assert run(step(0, Verdict.GO), step(629.9, Verdict.GO)) is None
    assert run(step(0, Verdict.GO), step(630, Verdict.GO)) is not None


def test_sleep_and_hold_add_up() -> None:
    """A gap that ends in HOLD goes on counting."""
    assert run(step(0, Verdict.GO), *held(Verdict.HOLD, 400, 625)) is None
    assert run(step(0, Verdict.GO), *held(Verdict.HOLD, 400, 640)) is not None


@given(st.lists(st.tuples(st.integers(1, 30), verdicts), max_size=60))
def test_a_run_without_ten_blind_minutes_never_aborts(told: list[tuple[int, Verdict]]) -> None:
    """Law: with steps at most two steps apart, only an unbroken stretch of HOLD of ten minutes aborts."""
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
