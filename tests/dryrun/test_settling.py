"""The last look of a watch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from gonogo.dryrun.settling import Look, settled
from gonogo.model.condition import parse_condition
from gonogo.model.evidence import Evidence, Unread
from gonogo.model.policy import Gate, Policy
from gonogo.model.replacing import replace
from gonogo.model.verdict import Report, Verdict
from gonogo.verdict.core.watch import take_step
from gonogo.verdict.gather import Gathered
from tests.evidence_builder import evidence, loaded, policy, rule, samples

POLICY = policy(gates=(Gate("g", (parse_condition("x == 1"),), abort=(parse_condition("y == 0"),)),))
GOOD, LOST, BAD = evidence(), evidence(samples("duri_y")), evidence(samples("duri_x", 0.0), samples("duri_y"))


class Clock:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now = 100.0

    def pause(self, seconds: float) -> None:
        """Let the time pass."""
        self.now += seconds

    def settle(self, first: Look, look: Callable[[float], Look]) -> Look:
        """Settle the last step of a watch of 60 s."""
        return settled(first, look, 60, POLICY, lambda: self.now, self.pause)


@pytest.fixture
def clock() -> Clock:
    """A clock of the test."""
    return Clock()


def look(seen: Evidence, by: Policy = POLICY) -> Callable[[float], Look]:
    """Make a function that looks at the same evidence at any time."""

    def at(seconds: float) -> Look:
        step = take_step(by, seen, seconds)
        return Look(Gathered(seen, None), step, Report(step.judgement, "p", "0", "prod", "http://h", None, None))

    return at


@pytest.mark.parametrize(("first", "verdict"), [(GOOD, Verdict.GO), (BAD, Verdict.NO_GO)])
def test_a_verdict_that_is_known_is_not_looked_at_again(clock: Clock, first: Evidence, verdict: Verdict) -> None:
    """Only HOLD is worth another look."""
    found = clock.settle(look(first)(60), look(LOST))
    assert (found.step.judgement.verdict, clock.now) == (verdict, 100)


def test_a_lost_scrape_at_the_end_is_looked_at_again(clock: Clock) -> None:
    """The next scrape is there after some seconds. The step has its own time."""

    def again(at: float) -> Look:
        return look(GOOD if clock.now >= 105 else LOST)(at)

    found = clock.settle(look(LOST)(60), again)
    assert (found.step.judgement.verdict, found.step.at) == (Verdict.GO, 65)


def test_a_verdict_that_stays_unknown_ends_after_one_interval(clock: Clock) -> None:
    """A group of 30 s is waited for as long as ``decide`` would wait, 24 s. Shorter groups end sooner."""
    assert clock.settle(look(LOST)(60), look(LOST)).step.judgement.verdict is Verdict.HOLD
    assert clock.now == 125
    short = replace(LOST, rules=(loaded(rule("duri_x", "raw_x"), interval=timedelta(seconds=5)),), targets=())
    clock.settle(look(short)(60), look(short))
    assert clock.now == 131


def test_a_server_that_does_not_answer_is_asked_once_more(clock: Clock) -> None:
    """Nothing shows an interval."""
    unread = Unread("the rules", "refused")
    nothing = replace(LOST, rules=unread, targets=unread)
    clock.settle(look(nothing)(60), look(nothing))
    assert clock.now == 101


def test_an_abort_does_not_wait(clock: Clock) -> None:
    """The last step is HOLD, and a violation ends the dry run at once."""
    seen = evidence(samples("duri_y", 0.0))
    clock.settle(look(seen)(60), look(GOOD))
    assert clock.now == 100
