"""The end of a dry run before its time, and the countdown to it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.condition import parse_condition
from gonogo.model.outcome import JudgedCondition, Outcome
from gonogo.model.policy import DryRun, Gate
from gonogo.model.replacing import replace
from gonogo.model.verdict import Judgement, Verdict
from gonogo.verdict.core.abort import LISTED, Abort, Countdown, abort_of, countdowns
from gonogo.verdict.core.reading import SeriesKey
from gonogo.verdict.core.violations import Because, Violation
from gonogo.verdict.core.watch import WatchStep, blind_since
from tests.evidence_builder import NOW, policy

DRY_RUN = DryRun(step=timedelta(seconds=15), blind=timedelta(minutes=10))
POLICY = policy(dry_run=DRY_RUN)
MADE = JudgedCondition("heartbeat_ok != 1 for 5m", Outcome.PASS, detail="duri_heartbeat_ok is 0")
VIOLATION = Violation("heartbeat", {}, MADE, Because.VIOLATED, NOW - 300)

verdicts = st.sampled_from(list(Verdict))


def run(*told: tuple[float, Verdict], violated: int | None = None) -> Abort | None:
    """Take steps that have only a time and a verdict, until one aborts. One of them may have a violation."""
    before = None
    for place, (at, verdict) in enumerate(told):
        since = blind_since(before, at, DRY_RUN, blind=verdict is Verdict.HOLD)
        found = (VIOLATION,) if place == violated else ()
        before = WatchStep(at, Judgement(verdict, NOW + at, ()), found, blind_since=since)
        if abort := abort_of(before, POLICY):
            return abort
    return None


def held(verdict: Verdict, since: int, until: int) -> list[tuple[float, Verdict]]:
    """Make a step every 15 s with the same verdict."""
    return [(at, verdict) for at in range(since, until + 1, 15)]


def test_a_violation_aborts_at_once_and_is_named() -> None:
    """The first step with a true abort condition ends the run."""
    assert run((0, Verdict.GO), (15, Verdict.NO_GO), violated=1) == Abort(
        Because.VIOLATED,
        "violated heartbeat: heartbeat_ok != 1 for 5m (duri_heartbeat_ok is 0)",
        NOW - 300,
        "heartbeat",
        "heartbeat_ok != 1 for 5m",
    )


def test_a_violation_aborts_even_under_a_go() -> None:
    """An abort condition counts also if every requirement passes."""
    assert run((0, Verdict.GO), violated=0) is not None


def test_many_violations_are_counted() -> None:
    """A fleet can have thousands. Each has the name of its subject."""
    each = tuple(replace(VIOLATION, subject={"service": str(n)}) for n in range(LISTED + 2))
    abort = abort_of(WatchStep(0.0, Judgement(Verdict.NO_GO, NOW, ()), each), POLICY)
    assert abort is not None
    assert abort.subject == {"service": "0"}
    assert abort.detail.startswith("violated service=0 heartbeat: heartbeat_ok != 1 for 5m (")
    assert abort.detail.endswith("; and 2 more")


def test_ten_minutes_of_hold_abort() -> None:
    """HOLD for the whole of ``blind`` ends the run. No gate is the cause."""
    abort = run(*held(Verdict.GO, 0, 60), *held(Verdict.HOLD, 75, 675))
    assert abort == Abort(
        Because.UNKNOWN, "the verdict was not known for 600 s; dry_run.blind allows 10m", since=NOW + 75
    )


def test_a_hold_from_the_first_step_counts_from_the_start() -> None:
    """A watch that begins with HOLD is blind since its start."""
    assert run(*held(Verdict.HOLD, 0, 585)) is None
    assert run(*held(Verdict.HOLD, 0, 600)) is not None


def test_a_hold_that_ends_in_time_does_not_abort() -> None:
    """A known verdict starts the count again."""
    assert run(*held(Verdict.HOLD, 0, 585), (599, Verdict.GO), *held(Verdict.HOLD, 614, 1199)) is None


def test_a_no_go_is_a_known_verdict() -> None:
    """NO-GO is not blindness, and does not abort by itself."""
    assert run(*held(Verdict.NO_GO, 0, 3600)) is None


def test_a_gap_between_steps_counts_as_blind() -> None:
    """The last verdict counts for two steps. 10 min beyond that are an abort, if the verdict is HOLD."""
    assert run((0, Verdict.GO), (629.9, Verdict.HOLD)) is None
    assert run((0, Verdict.GO), (630, Verdict.HOLD)) is not None


def test_blindness_never_aborts_in_a_step_that_is_known() -> None:
    """The machine slept for an hour, or the server was away, and now the verdict is known again."""
    assert run((0, Verdict.GO), (3600, Verdict.GO), (3615, Verdict.HOLD)) is None
    assert run(*held(Verdict.HOLD, 0, 585), (605, Verdict.GO)) is None
    assert run(*held(Verdict.HOLD, 0, 585), (605, Verdict.NO_GO)) is None


def test_a_gap_and_a_hold_add_up() -> None:
    """A gap that ends in HOLD continues the count."""
    assert run((0, Verdict.GO), *held(Verdict.HOLD, 400, 625)) is None
    assert run((0, Verdict.GO), *held(Verdict.HOLD, 400, 640)) is not None


@given(st.lists(st.tuples(st.integers(1, 30), verdicts), max_size=60))
def test_a_run_without_ten_blind_minutes_never_aborts(told: list[tuple[int, Verdict]]) -> None:
    """Law: with short gaps, only HOLD for 10 min without a break aborts, in a step of HOLD."""
    at, since = 0, None
    steps, must_abort = [], False
    for gap, verdict in told:
        at += gap
        steps.append((float(at), verdict))
        since = None if verdict is not Verdict.HOLD else at if since is None else since
        must_abort = must_abort or (since is not None and at - since >= 600)
    assert (run(*steps) is not None) == must_abort


@given(st.lists(verdicts, min_size=1, max_size=80), st.integers(0, 79))
def test_a_violation_at_any_step_aborts(told: list[Verdict], place: int) -> None:
    """Law: a violation ends the run, with any steps before it."""
    steps = [(15.0 * n, verdict) for n, verdict in enumerate(told)]
    assert run(*steps, violated=place % len(steps)) is not None


def test_countdowns_name_what_is_unknown_and_the_nearest_abort_is_first() -> None:
    """A signal that only ``warn`` reads counts down to nothing. The shortest time of a signal counts."""
    texts = ("unknown(x) for 5m or x < 1", "unknown(x) for 8m", "y > 1")
    gate = Gate("g", (), tuple(map(parse_condition, texts)), (parse_condition("unknown(y) for 1m"),))
    by = policy(gates=(gate,), dry_run=DRY_RUN, subjects=("service",))
    unknown: dict[SeriesKey, float] = {("x", ("a",), 0): 20.0, ("x", ("b",), 0): 60.0, ("y", ("a",), 0): 0.0}
    step = WatchStep(100.0, Judgement(Verdict.HOLD, NOW, ()), unknown=unknown, blind_since=20.0)
    assert countdowns(step, by) == (
        Countdown("service=a x is", 80.0, timedelta(minutes=5)),
        Countdown("service=b x is", 40.0, timedelta(minutes=5)),
        Countdown("the verdict is", 80.0, timedelta(minutes=10)),
    )
    assert str(countdowns(step, by)[0]) == "service=a x is unknown for 80 s, abort at 5m"
    assert countdowns(WatchStep(0.0, Judgement(Verdict.GO, NOW, ())), by) == ()
