"""Runs staged test files in promtool on all cores, and yields the verdict of each, even if promtool breaks down.

Test files are shared out to free processes while further files are still being read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from pathlib import Path

from msgspec import Struct

from gonogo.programs.promtool import Promtool, ToolRun
from gonogo.programs.promtool_units import run_as_asked, run_units
from gonogo.ruletests.core.promtool_output import PromtoolVerdict, verdicts
from gonogo.ruletests.staging import StagedUnit

NO_ROOM = "no space left on device"
"""The operating system's message when a file system is full."""

LARGE = 12_000.0
"""The most work for one process, in evaluations of a rule: about 0.6 s."""

SMALL = LARGE / 8
"""The least work for one process, if there is enough: a process takes 20 ms to start."""

_TEST = 100.0
"""The fixed cost of a test, before any evaluation, in evaluations of a rule."""


class UnitResult(Struct, frozen=True):
    """The result of promtool on one test file.

    Attributes:
        passed: True if the file passed.
        words: the output of promtool about the file, with the paths of the source files.
        seconds: the run time; the file's share if one process ran several files.
    """

    passed: bool
    words: str
    seconds: float


def run_tests(
    staged: Iterable[StagedUnit], promtool: Promtool, at_once: int | None = None
) -> Iterator[tuple[int, UnitResult]]:
    """Run test files over all cores, and yield the place and the result of each as soon as it has ended.

    Files are taken only as fast as they run, so that the first run while the others are still being read.

    promtool can break down with one file. The files of that process without a verdict run again, one by one. So do the
    files whose database had no room in memory: their database is then in the usual temporary folder.

    Raises:
        MissingTool: promtool is not installed.
    """
    cores = at_once or len(os.sched_getaffinity(0))
    work = UnitWork(staged, cores)
    alone: list[tuple[int, StagedUnit]] = []
    for number, ran in run_as_asked(work.next, cores, promtool, in_memory=True):
        for place, one, result in _results(work.taken[number], ran, promtool):
            if result is None or NO_ROOM in result.words:
                alone.append((place, one))
            else:
                yield place, result
    for number, ran in run_units([[one.path] for _, one in alone], cores, promtool):
        ((place, one, result),) = _results([alone[number]], ran, promtool)
        broken = f"promtool ended without a verdict\n{one.in_words_of_the_source(ran.output)}".rstrip()
        yield place, result or UnitResult(False, broken, ran.seconds)


def _results(
    batch: Sequence[tuple[int, StagedUnit]], ran: ToolRun, promtool: Promtool
) -> Iterator[tuple[int, StagedUnit, UnitResult | None]]:
    total = sum(cost(one) for _, one in batch)
    found = verdicts_of(ran, [one.path for _, one in batch], promtool)
    for (place, one), verdict in zip(batch, found, strict=True):
        if verdict.passed is None:
            yield place, one, None
            continue
        words = one.in_words_of_the_source(verdict.words)
        yield place, one, UnitResult(verdict.passed, words, ran.seconds * cost(one) / total)


def verdicts_of(ran: ToolRun, paths: Sequence[Path], promtool: Promtool) -> Sequence[PromtoolVerdict]:
    """Return promtool's verdict on each file of one process."""
    return verdicts(ran.output, list(map(str, paths)), exit_0=ran.passed, junit=promtool.writes_junit)


def cost(one: StagedUnit) -> float:
    """Estimate the work: each test evaluates all rules at every step up to its last assertion, in a new database."""
    unit = one.loaded.unit
    rules = 1 + sum(source.text.count("expr") for source in one.loaded.sources)
    step = unit.evaluation_interval
    return 1 + sum(_TEST + rules * (1 + len(test.series) / 20) * (1 + test.last / step) for test in unit.tests)


class UnitWork:
    """Test files that wait for a process: large batches first, small batches towards the end.

    ``taken`` are the files of each batch, each with its place among all files.
    """

    def __init__(self, coming: Iterable[StagedUnit], cores: int) -> None:
        """Read the files one by one, only as many as keep all cores at work."""
        self.taken: list[Sequence[tuple[int, StagedUnit]]] = []
        self._coming = enumerate(coming)
        self._cores = cores
        self._waiting: list[tuple[float, int, StagedUnit]] = []
        self._load = 0.0

    def next(self) -> tuple[int, Sequence[Path]] | None:
        """Return the number and the paths of the next batch: the files with the most work; ``None`` after the last."""
        while self._load < LARGE * self._cores and (come := next(self._coming, None)):
            place, one = come
            heappush(self._waiting, (-cost(one), place, one))
            self._load += cost(one)
        left = self._load - min(LARGE, max(SMALL, self._load / self._cores))
        batch = []
        while self._waiting and self._load > left:
            negative, place, one = heappop(self._waiting)
            self._load += negative
            batch.append((place, one))
        if not batch:
            return None
        self.taken.append(batch)
        return len(self.taken) - 1, [one.path for _, one in batch]
