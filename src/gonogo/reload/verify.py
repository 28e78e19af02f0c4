"""Verifies a reload: looks at the server until everything is as it should be, or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from gonogo.errors import SourceError
from gonogo.reload.comparison import LoadedComparison, Reload, unmet
from gonogo.reload.first_results import FirstResults
from gonogo.reload.first_scrapes import FirstScrapes
from gonogo.reload.settle import LOOK_EVERY
from gonogo.reload.staged import StagedConfiguration
from gonogo.reload.unmet import Unmet, Verification
from gonogo.server.server_state import ServerState, Vitals
from gonogo.stopping import pause

SLACK = timedelta(seconds=10)
"""How much longer than its slowest group and scrapes a server may take: discovery comes only every 5 s."""


def patience(staged: StagedConfiguration) -> timedelta:
    """Return how long a server may take to show that it is as staged.

    A new target is scraped within the interval of its job; after that every group is evaluated within its own, and
    reads as far in the past as its query offset says.
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
    """Look at the server until nothing is unmet; then, at a final one, or when the time is up, say what is.

    All is met in one and the same look. A rollback is verified likewise, with the old
    tree as ``staged``; its evaluations may fail at first, and must then succeed.

    Args:
        before: the server before anything was touched.
        staged: what it should be.
        reload: how it was asked for and settled, as ``LOADED``.
        look: asks for its state now (``server_state.server_state``); may raise ``SourceError``.
        within: how long to look; ``None`` gives it ``patience(staged)``.
        at_most: how long to look while each look shows more rules evaluated since; ``None``: no longer than ``within``.
            The first result of a rule that others read gives these their time again, beyond that.
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
                ends = max(ends, asked + patience(staged).total_seconds())  # the rules that read them come after that
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
        pause(max(LOOK_EVERY, took))  # a large server is not asked all the time


def disturbed(before: ServerState, asked: Vitals) -> tuple[Unmet, ...]:
    """Say whether somebody else reloaded or restarted the server since it was looked at; asked before it is ours.

    Args:
        before: the server before anything was touched.
        asked: its vitals just before it is asked to reload.
    """
    step = "begin again from the server as it is now"
    if asked.born != before.vitals.born:
        what, why = "the server is another process than before", "it crashed, was restarted, or two share the address"
        return (Unmet(Verification.PROCESS, what, before.url, why, step, final=True),)
    was, now = before.vitals.metrics, asked.metrics
    if (was.success_at, was.successful) != (now.success_at, now.successful):
        later = now.success_at - was.success_at
        why = f"a reload {later:.3f} s after the known one succeeded" if now.successful else "a reload since has failed"
        return (Unmet(Verification.ALONE, "somebody else reloaded it", before.url, why, step, final=True),)
    return ()


def _evaluated(now: ServerState, since: float) -> int:
    """Count the rules that were evaluated since a time."""
    return sum((one.evaluated_at or 0.0) > since for group in now.rules for one in group.rules)


def _looked(look: Callable[[], ServerState], url: str) -> tuple[ServerState | None, tuple[Unmet, ...]]:
    try:
        return look(), ()
    except SourceError as error:
        return None, (Unmet(Verification.ANSWER, error.what, error.where or url, error.why, error.next_step),)
