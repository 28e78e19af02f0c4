"""The end of a reload: proved by the vitals of the server, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import SourceError
from gonogo.reload.asking import MOST_RETRIES, Settled, Settlement, retry_pause, settle
from gonogo.reload.trigger import Reply, Triggered
from gonogo.reload.waits import RELOAD_WAITS
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import Vitals

SOON = timedelta(seconds=0.05)
LATER = timedelta(seconds=20)
UNSETTLED = [Reply.UNANSWERED, Reply.SENT, Reply.COMMAND_FAILED]


def vitals(successful: bool = True, success_at: float = 100.0, born: float = 1.0) -> Vitals:  # noqa: FBT001, FBT002 - as the metric
    """Make the vitals of a server."""
    return Vitals(born, "/", OwnMetrics(successful, success_at))


BEFORE = vitals()
FAILED_BEFORE = vitals(successful=False)
LOADED = vitals(success_at=101.0)
FAILED = vitals(successful=False)


def looks(*each: Vitals | None) -> Callable[[], Vitals]:
    """Show one look after the other, and then the last one for ever. ``None`` is no answer."""
    shown: Iterator[Vitals | None] = iter(each)
    last: list[Vitals | None] = [None]

    def look() -> Vitals:
        last[0] = now = next(shown, last[0])
        if now is None:
            raise SourceError("no answer", why="it is gone")
        return now

    return look


def settled(reply: Reply, *each: Vitals | None, before: Vitals = BEFORE, within: timedelta = LATER) -> Settled:
    """Settle a reload with this reply by these looks."""
    return settle(before, Triggered(reply, "as told"), looks(*each), within, every=timedelta(milliseconds=1))


@pytest.mark.parametrize("reply", [r for r in Reply if r not in {*UNSETTLED, Reply.LOADED, Reply.REJECTED}])
def test_a_reload_that_was_not_asked_for_did_not_happen(reply: Reply) -> None:
    """The server need not answer for this result."""
    assert settled(reply, None) == Settled(Settlement.NOT_HAPPENED, "as told")


@pytest.mark.parametrize("look", [None, BEFORE, FAILED])
def test_a_refusal_of_the_server_settles_the_reload(look: Vitals | None) -> None:
    """The reload is rejected even if the server does not answer after that."""
    assert settled(Reply.REJECTED, look).outcome is Settlement.REJECTED


@pytest.mark.parametrize("reply", [*UNSETTLED, Reply.LOADED])
@pytest.mark.parametrize(
    ("before", "look", "outcome"),
    [
        (BEFORE, LOADED, Settlement.LOADED),
        (FAILED_BEFORE, LOADED, Settlement.LOADED),
        (BEFORE, FAILED, Settlement.REJECTED),
        (FAILED_BEFORE, vitals(successful=False, success_at=101.0), Settlement.REJECTED),
        (BEFORE, vitals(success_at=101.0, born=2.0), Settlement.RESTARTED),
    ],
    ids=["loaded", "repaired", "failed", "loaded-then-failed", "restarted"],
)
def test_the_metrics_of_the_server_settle_a_reload(
    reply: Reply, before: Vitals, look: Vitals, outcome: Settlement
) -> None:
    """Earlier looks had no answer or no change."""
    found = settled(reply, None, before, look, before=before)
    assert (found.outcome, found.vitals) == (outcome, look)
    assert found.seconds > 0


@pytest.mark.parametrize(
    ("reply", "before", "look", "outcome", "words"),
    [
        (Reply.UNANSWERED, BEFORE, BEFORE, Settlement.UNKNOWN, "the reload may still come"),
        (Reply.SENT, BEFORE, BEFORE, Settlement.UNKNOWN, "the reload may still come"),
        (Reply.LOADED, BEFORE, BEFORE, Settlement.UNKNOWN, "the reload may still come"),
        (Reply.SENT, BEFORE, vitals(success_at=99.0), Settlement.UNKNOWN, "the reload may still come"),
        (Reply.SENT, BEFORE, None, Settlement.UNKNOWN, "gave no answer within 0.05 s: no answer, it is gone"),
        (Reply.COMMAND_FAILED, BEFORE, None, Settlement.UNKNOWN, "gave no answer"),
        (Reply.SENT, FAILED_BEFORE, FAILED_BEFORE, Settlement.UNKNOWN, "does not change the metrics"),
        (Reply.COMMAND_FAILED, FAILED_BEFORE, FAILED_BEFORE, Settlement.UNKNOWN, "does not change the metrics"),
        (Reply.COMMAND_FAILED, BEFORE, BEFORE, Settlement.NOT_HAPPENED, "as told, and no reload was seen"),
    ],
)
def test_an_unproved_end_is_unknown(
    reply: Reply, before: Vitals, look: Vitals | None, outcome: Settlement, words: str
) -> None:
    """Only a command that failed without any effect counts as a reload that did not happen."""
    found = settled(reply, look, before=before, within=SOON)
    assert found.outcome is outcome
    assert words in found.detail


SAFE = {
    (Reply.UNREACHED, Settlement.NOT_HAPPENED),
    (Reply.NOT_READY, Settlement.NOT_HAPPENED),
}


def pause(reply: Reply, outcome: Settlement, retries: int = 0, dice: float = 0.5) -> timedelta | None:
    """Return the pause after an attempt."""
    return retry_pause(Triggered(reply, ""), Settled(outcome, ""), retries, dice)


@pytest.mark.parametrize(("reply", "outcome"), sorted(set(product(Reply, Settlement)) - SAFE))
def test_no_other_reply_is_asked_again(reply: Reply, outcome: Settlement) -> None:
    """Examples are a 500 of the server, and a reload that may still come."""
    assert pause(reply, outcome) is None


@pytest.mark.parametrize(("reply", "outcome"), sorted(SAFE))
def test_a_reload_that_did_not_happen_is_asked_again_three_times(reply: Reply, outcome: Settlement) -> None:
    """A fourth retry is not made."""
    assert [pause(reply, outcome, retries) is not None for retries in range(5)] == [True] * MOST_RETRIES + [False] * 2


@given(st.integers(0, MOST_RETRIES - 1), st.floats(0, 1, exclude_max=True))
def test_pauses_double_and_are_spread(retries: int, dice: float) -> None:
    """Each pause is random, between half and all of a limit that doubles with each retry."""
    waited = pause(Reply.UNREACHED, Settlement.NOT_HAPPENED, retries, dice)
    longest = RELOAD_WAITS.first_pause * 2**retries
    assert waited is not None
    assert longest / 2 <= waited <= longest
