"""Watches a dry run: judges at every step until the time is over or the run must be aborted.

A record of a run counts for ``runs.max_age``, and a dry run may last as long or longer. So the runs are repeated when
a record has half of that age, beside the watch and on the same inputs. Changed inputs belong to another dry run, and
get no record here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from math import floor
from threading import Event
from types import TracebackType
from typing import Self

from msgspec import Struct

from gonogo.dryrun.print import WatchReports, WatchView, run_text
from gonogo.dryrun.settling import Look, settled
from gonogo.errors import GonogoError
from gonogo.journal.run_key import run_key, run_states
from gonogo.journal.runs import Run
from gonogo.lint.recorded import obs_lint
from gonogo.model.evidence import RunState
from gonogo.model.policy import OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE
from gonogo.model.progress import Listener, note
from gonogo.model.record import DRY_RUN
from gonogo.model.replacing import replace
from gonogo.model.verdict import Report
from gonogo.policy.load import PolicyFile
from gonogo.ruletests.recorded import promql_unit
from gonogo.smoke.run import SmokeStopped, smoke
from gonogo.stopping import pause
from gonogo.verdict.core.abort import Abort, abort_of, countdowns
from gonogo.verdict.core.certify import Ledger, enter
from gonogo.verdict.core.questions import ASK_ALWAYS
from gonogo.verdict.core.watch import WatchStep, take_step, watched
from gonogo.verdict.decide import prepare, report_of
from gonogo.verdict.gather import gather, steady_seconds

RUNS: Mapping[str, Callable[[PolicyFile, Event], Run]] = {
    OBS_LINT: lambda policy_file, _: obs_lint(policy_file),
    PROMQL_UNIT: lambda policy_file, _: promql_unit(policy_file),
    SANDBOX_SMOKE: smoke,
}
"""Run gate -> the function that makes its record. The event stops a run that takes long."""

AGE_SHARE = 0.5
"""The share of ``runs.max_age`` at which a record is renewed."""


class Renewal:
    """The renewal of old records, one run at a time. Leaving the block stops the run under way."""

    def __init__(self, policy_file: PolicyFile, progress: Listener) -> None:
        """Keep the key of the inputs that the dry run began with."""
        self._policy_file = policy_file
        self._progress = progress
        self.key = run_key(policy_file)
        self._old = AGE_SHARE * policy_file.policy.runs.max_age.total_seconds()
        self.under_way: Future[None] | None = None
        self._stop = Event()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gonogo-renew")

    def __enter__(self) -> Self:
        """Start without a run under way."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the run that is under way."""
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)

    def consider(self, states: Mapping[str, RunState]) -> None:
        """Start to renew the oldest passed run that is old enough or lies ahead, unless a run is under way."""
        if self.under_way is not None and not self.under_way.done():
            return
        passed = {gate: state.passed_at for gate, state in states.items() if state.last_passed and state.passed_at}
        old = [
            gate
            for gate, at in sorted(passed.items(), key=lambda one: one[1])
            if not 0 <= time.time() - at <= self._old
        ]
        if old:
            self.under_way = self._pool.submit(self._renew, old[0])

    def _renew(self, gate: str) -> None:
        try:
            if run_key(self._policy_file) == self.key:
                self._progress(note(f"{gate} runs again, because its record is getting old"))
                self._progress(note(run_text(RUNS[gate](self._policy_file, self._stop))))
        except SmokeStopped:
            return
        except GonogoError as error:
            self._progress(note(f"{gate} could not be repeated: {error}"))


class Watched(Struct, frozen=True):
    """The result of a watch: its last verdict, the ledger for the certificate, and the abort, if there was one."""

    last: Report
    ledger: Ledger
    abort: Abort | None


def watch(
    policy_file: PolicyFile,
    url: str | None,
    duration: timedelta,
    progress: Listener,
    begun: Callable[[], None],
    kept: Callable[[WatchView], None] = lambda _: None,
) -> Watched:
    """Judge at once, then every ``dry_run.step``, and once more when the duration is over.

    ``begun`` is called once, after the first step, and ``kept`` after each step, for the journal.

    Raises:
        PolicyError: the policy's rule files cannot be read.
        UsageError: an address is not a URL.
    """
    policy = policy_file.policy
    survey = prepare(replace(policy_file, policy=watched(policy)), url, ASK_ALWAYS)

    def look(at: float, before: WatchStep | None, last: Look | None) -> Look:
        earlier = None if last is None else last.gathered.evidence
        gathered = gather(survey, _run_states(policy_file, renewal.key, progress), earlier)
        step = take_step(policy, gathered.evidence, at, before, gathered.glance)
        return Look(gathered, step, report_of(policy_file, survey, gathered, step.judgement))

    ledger: Ledger | None = None
    before: WatchStep | None = None
    found: Look | None = None
    abort: Abort | None = None
    reports = WatchReports()
    with Renewal(policy_file, progress) as renewal:
        for number, at in enumerate(ticks(duration, policy.dry_run.step), start=1):
            found = look(at, before, found)
            if at >= duration.total_seconds():
                found = settled(found, partial(look, before=before, last=found), at, policy)
            before = found.step
            ledger, abort = enter(ledger, before, policy.dry_run), abort_of(before, policy)
            view = WatchView(before, number, timedelta(seconds=before.at), duration, countdowns(before, policy))
            progress(reports.of(view))
            kept(view)
            if abort is not None:
                break
            if number == 1:
                begun()
            renewal.consider(found.gathered.evidence.runs)
    if found is None or ledger is None:
        raise AssertionError("a watch has at least one step")
    return Watched(found.report, ledger, abort)


def ticks(
    duration: timedelta,
    every: timedelta,
    clock: Callable[[], float] = steady_seconds,
    sleep: Callable[[float], object] = pause,
) -> Iterator[float]:
    """Yield the seconds since the beginning at each step. Steps during a sleep of the machine are left out."""
    began = clock()
    end, step = duration.total_seconds(), every.total_seconds()
    due = 0.0
    while True:
        elapsed = clock() - began
        yield elapsed
        if elapsed >= end:
            return
        due = min(end, step * (floor((clock() - began) / step) + 1))
        while (left := due - (clock() - began)) > 0:
            sleep(left)


def _run_states(policy_file: PolicyFile, began: str, progress: Listener) -> Mapping[str, RunState]:
    """Look up the records of the run gates. If that fails there is no record, so the dry run is UNKNOWN."""
    try:
        return run_states(policy_file, began)
    except GonogoError as error:
        why = f"the records of the runs cannot be looked up: {error}"
        progress(note(why))
        return dict.fromkeys((*policy_file.policy.runs.required, DRY_RUN), RunState(last_detail=why))
