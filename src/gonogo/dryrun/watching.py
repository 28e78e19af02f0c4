"""Watches a dry run: judges at every step until the time is over or the run must be aborted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor

from gonogo.dryrun.print import WatchView
from gonogo.dryrun.progress import Progress
from gonogo.dryrun.renewal import Renewal
from gonogo.errors import GonogoError
from gonogo.journal.run_key import run_states
from gonogo.model.evidence import RunState
from gonogo.model.verdict import Report
from gonogo.policy.load import PolicyFile
from gonogo.stopping import pause
from gonogo.verdict.core.certify import Ledger, enter
from gonogo.verdict.core.questions import ASK_ALWAYS
from gonogo.verdict.core.watch import Abort, Blindness, observe, take_step, watched
from gonogo.verdict.decide import prepare, report_of
from gonogo.verdict.gather import gather


@dataclass(frozen=True, slots=True)
class Watched:
    """The result of a watch: its last verdict, the ledger for the certificate, and the abort, if there was one."""

    last: Report
    ledger: Ledger
    abort: Abort | None


def watch(
    policy_file: PolicyFile, url: str | None, duration: timedelta, progress: Progress, begun: Callable[[], None]
) -> Watched:
    """Judge at once, then every ``dry_run.step``, and once more when the duration is over.

    Args:
        policy_file: the policy.
        url: the server's URL, in place of the policy's.
        duration: the length of the watch.
        progress: is called with every step.
        begun: is called once, after the first step.

    Raises:
        PolicyError: the policy's rule files cannot be read.
        UsageError: an address is not a URL.
    """
    policy = policy_file.policy
    survey = prepare(replace(policy_file, policy=watched(policy)), url, ASK_ALWAYS)
    ledger: Ledger | None = None
    sight: Blindness | None = None
    abort: Abort | None = None
    last: Report | None = None
    with Renewal(policy_file, progress) as renewal:
        for number, at in enumerate(ticks(duration, policy.dry_run.step), start=1):
            gathered = gather(survey, _run_states(policy_file, progress))
            step = take_step(policy, gathered.evidence, at)
            ledger = enter(ledger, step, policy.dry_run)
            sight, abort = observe(sight, step, policy.dry_run)
            last = report_of(policy_file, survey, gathered, step.judgement)
            progress.watched(WatchView(step, number, timedelta(seconds=at), duration))
            if abort is not None:
                break
            if number == 1:
                begun()
            renewal.consider(gathered.evidence.runs)
    if last is None or ledger is None:
        raise AssertionError("a watch has at least one step")
    return Watched(last, ledger, abort)


def seconds() -> float:
    """Read a clock that never jumps and also counts the time in which the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def ticks(duration: timedelta, every: timedelta) -> Iterator[float]:
    """Yield the seconds since the beginning at each step. Steps during a sleep of the machine are left out."""
    began = seconds()
    end, step = duration.total_seconds(), every.total_seconds()
    due = 0.0
    while True:
        elapsed = seconds() - began
        yield elapsed
        if elapsed >= end:
            return
        due = min(end, step * (floor((seconds() - began) / step) + 1))
        while (left := due - (seconds() - began)) > 0:
            pause(left)


def _run_states(policy_file: PolicyFile, progress: Progress) -> Mapping[str, RunState]:
    """Look up the records of the run gates. If that fails there is no record, so the run gates are UNKNOWN."""
    try:
        return run_states(policy_file)
    except GonogoError as error:
        progress.says(f"the records of the runs cannot be looked up: {error}")
        return {}
