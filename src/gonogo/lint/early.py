"""Asks promtool about rule files while the other files are still read.

Reading keeps one core busy, and promtool would wait for its end. Only an acceptance counts here: promtool is asked
again, with all other files, about the files of a run in which it complained.
"""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue

from gonogo.formats.promtool_words import words
from gonogo.lint.request import AskedPromtool
from gonogo.programs.promtool import Promtool, check_rules

FIRST_BATCH = 8
"""The number of files of the first run. Each further run has twice as many, because each start costs 60 ms."""

ReadFiles = SimpleQueue[str | None]
"""The paths of readable rule files without a mistake, as they are read. None: all files were read."""


def accepted_early(read: ReadFiles, side: AskedPromtool, promtool: Future[Promtool]) -> frozenset[str]:
    """Return the files that promtool accepts. The files of the last, incomplete batch are not asked about.

    Raises:
        MissingTool: the command does not exist, or the system cannot run it.
        UsageError: the promtool is too old for a feature that it must turn on.
    """
    accepted: set[str] = set()
    least = FIRST_BATCH
    while batch := _batch(read, least):
        names = [side.name_of(path) for path in batch]
        ran = check_rules([Path(name) for name in names], lint=False, command=promtool.result().command)
        fine = {side.key(word.path) for word in words(ran.output) if word.accepted}
        if ran.passed and fine == set(map(side.key, names)):
            accepted.update(batch)
        least *= 2
    return frozenset(accepted)


def _batch(read: ReadFiles, size: int) -> list[str]:
    """Wait for some files. Return none of them if the reading ends before."""
    batch: list[str] = []
    while len(batch) < size:
        path = read.get()
        if path is None:
            return []
        batch.append(path)
    return batch
