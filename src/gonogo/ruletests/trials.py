"""Runs many small trials in promtool: several in one process, one process on each core, until the time is over."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct, field

from gonogo.programs.promtool import Promtool, ToolRun
from gonogo.programs.promtool_units import run_as_asked
from gonogo.ruletests.core.promtool_output import PromtoolVerdict
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion
from gonogo.ruletests.core.trial import Trial, TrialOutcome
from gonogo.ruletests.running import verdicts_of
from gonogo.ruletests.staging import write_trial

_LONG_ENOUGH = 0.4
"""The seconds that one promtool process should work. A process takes 30 ms to start and reports only at its end."""

_MOST = 64
_FIRST_GUESS = 0.02
"""The estimate of the seconds for one trial, before any trial has run."""

_AHEAD = 3
"""The batches for each core that are prepared in advance."""


class Trials(Struct, frozen=True):
    """The promtool that runs trials, and the outcome of each trial that has run, by the key of the trial."""

    promtool: Promtool
    known: dict[str, TrialOutcome] = field(default_factory=dict)


def answers(
    questions: Iterable[MutantQuestion], trials: Trials, until: float | None = None, at_once: int | None = None
) -> Iterator[tuple[MutantQuestion, MutantFate]]:
    """Answer questions, and yield them in the order of the answers. New outcomes are added to the trials.

    Questions are read only as fast as gonogo answers them. After the ``time.monotonic`` of ``until`` no trial starts,
    and questions without an answer by then are left out. ``at_once`` is the number of processes (one on each core).

    Raises:
        MissingTool: promtool is not installed.
    """
    cores = at_once or len(os.sched_getaffinity(0))
    with TemporaryDirectory(prefix="gonogo-trials-") as folder:
        bench = _Bench(iter(questions), trials, until, cores, Path(folder))
        for number, ran in run_as_asked(bench.next, cores, trials.promtool):
            yield from bench.taken()
            bench.record(number, ran)
            yield from bench.taken()
        yield from bench.taken()


class _Bench(Struct):
    """The waiting trials, the running trials, and the questions that wait for them."""

    questions: Iterator[MutantQuestion]
    trials: Trials
    until: float | None
    cores: int
    folder: Path
    waiting: deque[Trial] = field(default_factory=deque)
    alone: deque[Trial] = field(default_factory=deque)
    asked_for: dict[str, list[MutantQuestion]] = field(default_factory=dict)
    under_way: dict[int, list[tuple[Trial, Path]]] = field(default_factory=dict)
    answered: deque[tuple[MutantQuestion, MutantFate]] = field(default_factory=deque)
    started: int = 0
    each: float = _FIRST_GUESS

    def taken(self) -> Iterator[tuple[MutantQuestion, MutantFate]]:
        """Yield the answers since the last call."""
        while self.answered:
            yield self.answered.popleft()

    def next(self) -> tuple[int, Sequence[Path]] | None:
        """Write the files of the next batch, and return the number and the paths of the batch."""
        if self.until is not None and time.monotonic() >= self.until:
            return None
        size = max(1, min(_MOST, int(_LONG_ENOUGH / self.each)))
        while len(self.waiting) < size * self.cores * _AHEAD and (question := next(self.questions, None)):
            self._ask(question)
        batch = self._batch(size)
        if not batch:
            return None
        self.started += 1
        home = self.folder / str(self.started)
        self.under_way[self.started] = [(one, write_trial(one, home / str(n))) for n, one in enumerate(batch)]
        return self.started, [path for _, path in self.under_way[self.started]]

    def _batch(self, size: int) -> list[Trial]:
        """Take waiting trials, but leave a fair share for every core."""
        if self.alone:
            return [self.alone.popleft()]
        fair = -(-len(self.waiting) // self.cores)
        return [self.waiting.popleft() for _ in range(min(size, fair))]

    def _ask(self, question: MutantQuestion) -> None:
        asked = question.ask(self.trials.known)
        if isinstance(asked, MutantFate):
            self.answered.append((question, asked))
            return
        for trial in asked:
            if trial.key not in self.asked_for:
                self.asked_for[trial.key] = []
                self.waiting.append(trial)
        self.asked_for[asked[-1].key].append(question)

    def record(self, number: int, ran: ToolRun) -> None:
        """Record the outcomes of a batch, and ask again the questions that waited for them."""
        batch = self.under_way.pop(number)
        found = verdicts_of(ran, [path for _, path in batch], self.trials.promtool)
        for (trial, path), verdict in zip(batch, found, strict=True):
            if verdict.passed is None and len(batch) > 1:
                self.alone.append(trial)
                continue
            self.trials.known[trial.key] = _outcome(verdict, path)
            for question in self.asked_for.pop(trial.key):
                self._ask(question)
        shutil.rmtree(self.folder / str(number))
        self.each += (ran.seconds / len(batch) - self.each) / 4


def _outcome(verdict: PromtoolVerdict, path: Path) -> TrialOutcome:
    """Return FAILED for a failed assertion, REFUSED for rules that promtool cannot load or that make it break down."""
    if verdict.passed:
        return TrialOutcome.PASSED
    refused = any(line.startswith(f"{path.parent}/") for line in verdict.words.splitlines())
    return TrialOutcome.REFUSED if refused or verdict.passed is None else TrialOutcome.FAILED
