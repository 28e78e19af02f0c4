"""Repeats the runs of a long dry run before their records grow too old.

A record counts for ``runs.max_age``, and a dry run may last as long or longer. So the runs are
repeated when a record has half of that age, beside the watch and on the same inputs.
Changed inputs belong to another dry run, and get no record here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import TracebackType
from typing import Self

from gonogo.dryrun.progress import Progress
from gonogo.errors import GonogoError
from gonogo.journal.run_key import run_key
from gonogo.journal.runs import Run
from gonogo.lint.recorded import obs_lint
from gonogo.model.evidence import RunState
from gonogo.model.policy import OBS_LINT, PROMQL_UNIT, SANDBOX_SMOKE
from gonogo.policy.load import PolicyFile
from gonogo.ruletests.recorded import promql_unit
from gonogo.smoke.run import SmokeStopped, smoke

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

    def __init__(self, policy_file: PolicyFile, progress: Progress) -> None:
        """Keep the key of the inputs that the dry run began with."""
        self._policy_file = policy_file
        self._progress = progress
        self._key = run_key(policy_file)
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
        """Start to renew the oldest passed run that is old enough, unless a run is under way."""
        if self.under_way is not None and not self.under_way.done():
            return
        passed = {gate: state.passed_at for gate, state in states.items() if state.last_passed and state.passed_at}
        old = [gate for gate, at in sorted(passed.items(), key=lambda one: one[1]) if time.time() - at > self._old]
        if old:
            self.under_way = self._pool.submit(self._renew, old[0])

    def _renew(self, gate: str) -> None:
        try:
            if run_key(self._policy_file) == self._key:
                self._progress.says(f"{gate} runs again, because its record is getting old")
                self._progress.ended(RUNS[gate](self._policy_file, self._stop))
        except SmokeStopped:
            return
        except GonogoError as error:
            self._progress.says(f"{gate} could not be repeated: {error}")
