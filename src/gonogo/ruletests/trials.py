"""Runs very many small trials in promtool: several to a process, a process on every core, while there is time."""

from __future__ import annotations

import os
import shutil
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from gonogo.programs.installed_promtool import Promtool
from gonogo.programs.promtool import ToolRun
from gonogo.programs.promtool_units import run_as_asked
from gonogo.ruletests.core.promtool_output import PromtoolVerdict, verdicts
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion
from gonogo.ruletests.core.trial import Trial, TrialOutcome, rule_names

TEST_NAME = "test.yml"

_LONG_ENOUGH = 0.4
"""Seconds that one promtool shall work: it takes 30 ms to start, and nobody learns more before it ends."""

_MOST = 64
_FIRST_GUESS = 0.02
"""Seconds for one trial, before any was run."""

_AHEAD = 3
"""Batches for each core that are prepared before they are needed."""


@dataclass(frozen=True, slots=True)
class Trials:
    """The promtool that runs trials, and the outcomes of the trials that it ran, by the trial's key."""

    promtool: Promtool
    known: dict[str, TrialOutcome] = field(default_factory=dict)


def answers(
    questions: Iterable[MutantQuestion],
    trials: Trials,
    until: float | None = None,
    at_once: int | None = None,
) -> Iterator[tuple[MutantQuestion, MutantFate]]:
    """Answer questions, in the order in which their answers come.

    Args:
        questions: they are taken up in this order, and only as fast as they are answered.
        trials: the promtool, and what earlier trials gave; what is found out is added to it.
        until: when, by ``time.monotonic``, no more is begun; questions without an answer by then are left out.
        at_once: how many processes run at the same time; one for each core.

    Raises:
        MissingTool: promtool is not installed.
    """
    with TemporaryDirectory(prefix="gonogo-trials-") as folder:
        bench = _Bench(iter(questions), trials, until, at_once or len(os.sched_getaffinity(0)), Path(folder))
        yield from bench.run()


class _Bench:
    """Trials that wait, trials under way, and the questions that wait for them."""

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
        """Work until every question is answered, or there is no time left."""
        for number, ran in run_as_asked(self._next, self._cores, self._promtool):
            yield from self._taken()
            self._record(number, ran)
            yield from self._taken()
        yield from self._taken()

    def _taken(self) -> Iterator[tuple[MutantQuestion, MutantFate]]:
        while self._answered:
            yield self._answered.popleft()

    def _next(self) -> tuple[int, Sequence[Path]] | None:
        """Write the next batch down."""
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
        """Take what waits: no more than leaves something for every core."""
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
        for trial, path, said in zip(batch, paths, found, strict=True):
            if said.passed is None and len(batch) > 1:
                self._alone.append(trial)
                continue
            self._known[trial.key] = _outcome(said, path)
            for question in self._asked_for.pop(trial.key):
                self._ask(question)
        shutil.rmtree(self._folder / str(number))
        self._each += (ran.seconds / len(batch) - self._each) / 4


def _outcome(said: PromtoolVerdict, path: Path) -> TrialOutcome:
    """Tell a failed assertion from rules that promtool does not load, or breaks down with."""
    if said.passed:
        return TrialOutcome.PASSED
    refused = any(line.startswith(f"{path.parent}/") for line in said.words.splitlines())
    return TrialOutcome.REFUSED if refused or said.passed is None else TrialOutcome.FAILED
