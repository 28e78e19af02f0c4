"""Rehearsals take place daily until the last, and are counted as a histogram counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from gonogo.sandbox.rehearsals import DAY, Rehearsals
from gonogo.sandbox.story import HEALTHY


def test_before_the_first_there_is_no_success() -> None:
    """Before the first success no value is exported."""
    assert Rehearsals(replace(HEALTHY, length=timedelta(hours=2))).last_success(-1) is None


def test_a_month_of_daily_rehearsals() -> None:
    """The last success is as old as the story says, and there was one a day."""
    rehearsals = Rehearsals(HEALTHY)
    assert rehearsals.last_success(0) == -3 * 3600
    assert rehearsals.succeeded(0) == 31
    assert rehearsals.succeeded(0) - rehearsals.succeeded(-7 * DAY) == 7


def test_they_go_on_live_while_the_last_is_recent() -> None:
    """The next one is due a day after the last."""
    rehearsals = Rehearsals(HEALTHY)
    assert rehearsals.succeeded(21 * 3600 - 1) == 31
    assert rehearsals.succeeded(21 * 3600) == 32


def test_an_overdue_rehearsal_stays_overdue() -> None:
    """If the last rehearsal is over a day old, no rehearsal follows."""
    rehearsals = Rehearsals(replace(HEALTHY, rehearsal_age=timedelta(hours=30)))
    assert rehearsals.last_success(30 * DAY) == -30 * 3600


def test_buckets_count_what_was_quick_enough() -> None:
    """The buckets are cumulative, and the sum is the time spent."""
    rehearsals = Rehearsals(replace(HEALTHY, rehearsal_minutes=(5, 15)))
    assert [rehearsals.within(bound)(0) for bound in (60, 300, 600, 900)] == [0, 16, 16, 31]
    assert rehearsals.spent(0) == 60 * (16 * 5 + 15 * 15)


def test_failures_are_counted_from_when_they_happened() -> None:
    """Failures before the history do not count."""
    story = replace(HEALTHY, failed_rehearsals=(timedelta(days=1), timedelta(days=40)))
    assert [Rehearsals(story).failed(second) for second in (-2 * DAY, 0)] == [0, 1]
