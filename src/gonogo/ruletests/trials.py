"""Runs many small trials in promtool: several in one process, one process on each core, until the time is over."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.programs.promtool import Promtool, ToolRun
from gonogo.programs.promtool_units import run_as_asked
from gonogo.ruletests.core.promtool_output import PromtoolVerdict, verdicts
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion
from gonogo.ruletests.core.trial import Trial, TrialOutcome, rule_names

TEST_NAME = "test.yml"

_LONG_ENOUGH = 0.4
"""The seconds that one promtool process should work. A process takes 30 ms to start and reports only at its end."""

_MOST = 64
_FIRST_GUESS = 0.02
"""The estimate of the seconds for one trial, before any trial has run."""

_AHEAD = 3
"""The batches for each core that are prepared in advance."""


@dataclass(frozen=True, slots=True)
class Trials:
    """The promtool that runs trials, and the outcome of each trial that has run, by the key of the trial."""

    promtool: Promtool
    known: dict[str, TrialOutcome] = field(default_factory=dict)


def answers(
    questions: Iterable[MutantQuestion],
    trials: Trials,
    until: float | None = None,
    at_once: int | None = None,
) -> Iterator[tuple[MutantQuestion, MutantFate]]:
    """Answer questions, and yield them in the order of the answers.

    Args:
        questions: the questions, read in this order and only as fast as gonogo answers them.
        trials: the promtool and the outcomes of earlier trials. New outcomes are added.
        until: the ``time.monotonic`` after which no trial starts. Questions without an answer by then are left out.
        at_once: the number of parallel processes; ``None`` for one on each core.

    Raises:
        MissingTool: promtool is not installed.
    """
    with TemporaryDirectory(prefix="gonogo-trials-") as folder:
        bench = _Bench(iter(questions), trials, until, at_once or len(os.sched_getaffinity(0)), Path(folder))
        yield from bench.run()


class _Bench:
    """The waiting trials, the running trials, and the questions that wait for them."""

    def __init__(
        self,
        questions: Iterator[MutantQuestion],
        trials: Trials,
        until: float | None,
        cores: int,
        folder: Path,
    ) -> None:
        self._questions = questions
        self._known = trials.known
        self._promtool = trials.promtool
        self._until = until
        self._cores = cores
        self._folder = folder
        self._waiting: deque[Trial] = deque()
        self._alone: deque[Trial] = deque()
        self._asked_for: dict[str, list[MutantQuestion]] = {}
        self._under_way: dict[int, list[Trial]] = {}
        self._answered: deque[tuple[MutantQuestion, MutantFate]] = deque()
        self._started = 0
        self._each = _FIRST_GUESS

    def run(self) -> Iterator[tuple[MutantQuestion, MutantFate]]:
        """Run trials until every question has an answer, or the time is over."""
        for number, ran in run_as_asked(self._next, self._cores, self._promtool):
            yield from self._taken()
            self._record(number, ran)
            yield from self._taken()
        yield from self._taken()

    def _taken(self) -> Iterator[tuple[MutantQuestion, MutantFate]]:
        while self._answered:
            yield self._answered.popleft()

    def _next(self) -> tuple[int, Sequence[Path]] | None:
        """Write the files of the next batch, and return the number and the paths of the batch."""
        if self._until is not None and time.monotonic() >= self._until:
            return None
        size = max(1, min(_MOST, int(_LONG_ENOUGH / self._each)))
        while len(self._waiting) < size * self._cores * _AHEAD and (question := next(self._questions, None)):
            self._ask(question)
        batch = self._batch(size)
        if not batch:
            return None
        self._started += 1
        self._under_way[self._started] = batch
        return self._started, [self._written(self._started, place, one) for place, one in enumerate(batch)]

    def _batch(self, size: int) -> list[Trial]:
        """Take waiting trials, but leave a fair share for every core."""
        if self._alone:
            return [self._alone.popleft()]
        fair = -(-len(self._waiting) // self._cores)
        return [self._waiting.popleft() for _ in range(min(size, fair))]

    def _ask(self, question: MutantQuestion) -> None:
        asked = question.ask(self._known)
        if isinstance(asked, MutantFate):
            self._answered.append((question, asked))
            return
        for trial in asked:
            if trial.key not in self._asked_for:
                self._asked_for[trial.key] = []
                self._waiting.append(trial)
        self._asked_for[asked[-1].key].append(question)

    def _written(self, number: int, place: int, trial: Trial) -> Path:
        folder = self._folder / str(number) / str(place)
        folder.mkdir(parents=True)
        for name, text in zip(rule_names(len(trial.rules)), trial.rules, strict=True):
            (folder / name).write_text(text, encoding="utf-8")
        path = folder / TEST_NAME
        path.write_text(trial.test, encoding="utf-8")
        return path

    def _record(self, number: int, ran: ToolRun) -> None:
        batch = self._under_way.pop(number)
        paths = [self._folder / str(number) / str(place) / TEST_NAME for place in range(len(batch))]
        names = list(map(str, paths))
        found = verdicts(ran.output, names, exit_0=ran.passed, junit=self._promtool.writes_junit)
        for trial, path, verdict in zip(batch, paths, found, strict=True):
            if verdict.passed is None and len(batch) > 1:
                self._alone.append(trial)
                continue
            self._known[trial.key] = _outcome(verdict, path)
            for question in self._asked_for.pop(trial.key):
                self._ask(question)
        shutil.rmtree(self._folder / str(number))
        self._each += (ran.seconds / len(batch) - self._each) / 4


def _outcome(verdict: PromtoolVerdict, path: Path) -> TrialOutcome:
    """Return FAILED for a failed assertion, REFUSED for rules that promtool cannot load or that make it break down."""
    if verdict.passed:
        return TrialOutcome.PASSED
    refused = any(line.startswith(f"{path.parent}/") for line in verdict.words.splitlines())
    return TrialOutcome.REFUSED if refused or verdict.passed is None else TrialOutcome.FAILED
