"""Verifies a reload: looks at the server until everything is as it should be, or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.reload.comparison import unmet
from gonogo.reload.contents import StagedConfiguration
from gonogo.reload.first_results import FirstResults
from gonogo.reload.loaded_comparison import FirstScrapes, LoadedComparison, Reload, Unmet, Verification
from gonogo.reload.settle import LOOK_EVERY
from gonogo.server.server_state import ServerState, Vitals
from gonogo.stopping import pause

SLACK = timedelta(seconds=10)
"""Extra time for a server, beyond its slowest group and scrapes: discovery runs only every 5 s."""


def patience(staged: StagedConfiguration) -> timedelta:
    """Return how long a server may take to reach the staged state.

    A new target is scraped within the interval of its job. After that every group is evaluated within its own interval,
    and reads the past by its query offset.
    """
    none = timedelta(0)
    offset = max((none, *(staged.query_offset if group.delay is None else group.delay for group in staged.rules)))
    group = max((none, *(group.interval or staged.evaluation_interval for group in staged.rules)))
    job = max((none, *(job.interval for job in staged.jobs)))
    return job + max(job, group) + offset + SLACK


def verify(
    before: ServerState,
    staged: StagedConfiguration,
    reload: Reload,
    look: Callable[[], ServerState],
    within: timedelta | None = None,
    at_most: timedelta | None = None,
) -> tuple[Unmet, ...]:
    """Look at the server until no problem is left, a problem is final, or the time is up. Return the problems.

    One and the same look must show everything. A rollback is verified in the same way, with the old tree as ``staged``.
    Its evaluations may fail at first, and must then succeed. ``look`` may raise ``SourceError``.

    The time is ``within``, by default ``patience(staged)``. While each look shows more evaluated rules, it is longer,
    up to ``at_most``. The first result of a rule that other rules read gives those rules their full time again, beyond
    this limit.
    """
    began = time.monotonic()
    ends = began + (patience(staged) if within is None else within).total_seconds()
    longest = ends if at_most is None else began + at_most.total_seconds()
    scrapes, results, evaluated, arrived = FirstScrapes(), FirstResults(), 0, 0
    while True:
        asked = time.monotonic()
        now, unanswered = _looked(look, before.url)
        left = unanswered
        if now is not None:
            compared = LoadedComparison(before, now, staged, reload, scrapes, results).seen()
            if len(compared.results.first) > arrived and at_most is not None:
                arrived = len(compared.results.first)
                ends = max(ends, asked + patience(staged).total_seconds())  # then the rules that read these are due
            scrapes, results = compared.scrapes, compared.results
            left = unmet(compared)
            if any(one.check is Verification.FAILURES and not one.final for one in left):
                reload = replace(reload, failing=now)  # the last failure must be followed by evaluations without one
                ends = max(ends, min(longest, asked + patience(staged).total_seconds()))
            advanced = _evaluated(now, reload.at)
            if advanced > evaluated:  # a loaded machine needs longer than the intervals for thousands of groups
                evaluated = advanced
                ends = max(ends, min(longest, time.monotonic() + SLACK.total_seconds()))
        took = time.monotonic() - asked
        if not left or any(one.final for one in left) or time.monotonic() >= ends:
            return left
        pause(max(LOOK_EVERY, took))  # a large server gets pauses between the looks


def disturbed(before: ServerState, asked: Vitals) -> tuple[Unmet, ...]:
    """Report whether another program reloaded or restarted the server since ``before``.

    ``asked`` are the vitals just before gonogo's own reload.
    """
    step = "begin again from the server as it is now"
    if asked.born != before.vitals.born:
        what = "the server is another process than before"
        why = "the server crashed, was restarted, or two servers share the address"
        return (Unmet(Verification.PROCESS, what, before.url, why, step, final=True),)
    was, now = before.vitals.metrics, asked.metrics
    if (was.success_at, was.successful) != (now.success_at, now.successful):
        later = now.success_at - was.success_at
        why = f"a reload {later:.3f} s after the known one succeeded" if now.successful else "a reload since has failed"
        return (Unmet(Verification.ALONE, "somebody else reloaded the server", before.url, why, step, final=True),)
    return ()


def _evaluated(now: ServerState, since: float) -> int:
    """Count the rules that were evaluated since a time."""
    return sum((one.evaluated_at or 0.0) > since for group in now.rules for one in group.rules)


def _looked(look: Callable[[], ServerState], url: str) -> tuple[ServerState | None, tuple[Unmet, ...]]:
    try:
        return look(), ()
    except SourceError as error:
        return None, (Unmet(Verification.ANSWER, error.what, error.where or url, error.why, error.next_step),)
