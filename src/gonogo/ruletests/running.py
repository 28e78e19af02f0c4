"""Runs staged test files in promtool and yields the verdict of each, even if promtool breaks down with others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gonogo.programs.promtool import Promtool, ToolRun
from gonogo.programs.promtool_units import run_as_asked, run_units
from gonogo.ruletests.core.promtool_output import verdicts
from gonogo.ruletests.stage import StagedUnit
from gonogo.ruletests.work import UnitWork, cost

NO_ROOM = "no space left on device"
"""The operating system's message when a file system is full."""


@dataclass(frozen=True, slots=True)
class UnitResult:
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
        for place, one, result in _results(work.taken(number), ran, promtool):
            if result is None or NO_ROOM in result.words:
                alone.append((place, one))
            else:
                yield place, result
    for number, ran in run_units([[one.path] for _, one in alone], cores, promtool):
        ((place, one, result),) = _results([alone[number]], ran, promtool)
        yield place, result or UnitResult(False, _broken(one, ran), ran.seconds)


def _results(
    batch: Sequence[tuple[int, StagedUnit]], ran: ToolRun, promtool: Promtool
) -> Iterator[tuple[int, StagedUnit, UnitResult | None]]:
    total = sum(cost(one) for _, one in batch)
    paths = [str(one.path) for _, one in batch]
    found = verdicts(ran.output, paths, exit_0=ran.passed, junit=promtool.writes_junit)
    for (place, one), verdict in zip(batch, found, strict=True):
        if verdict.passed is None:
            yield place, one, None
            continue
        words = one.in_words_of_the_source(verdict.words)
        yield place, one, UnitResult(verdict.passed, words, ran.seconds * cost(one) / total)


def _broken(one: StagedUnit, ran: ToolRun) -> str:
    return f"promtool ended without a verdict\n{one.in_words_of_the_source(ran.output)}".rstrip()
