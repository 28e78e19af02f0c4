"""Shares test files out to free processes while further files are still being read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from pathlib import Path

from gonogo.ruletests.stage import StagedUnit

LARGE = 12_000.0
"""The most work for one process, in evaluations of a rule: about 0.6 s."""

SMALL = LARGE / 8
"""The least work for one process, if there is enough: a process takes 20 ms to start."""

_TEST = 100.0
"""The fixed cost of a test, before any evaluation, in evaluations of a rule."""


def cost(one: StagedUnit) -> float:
    """Estimate the work: each test evaluates all rules at every step up to its last assertion, in a new database."""
    step = one.material.unit.evaluation_interval
    rules = 1 + sum(rule.text.count("expr") for rule in one.material.rules)
    return (
        sum(_TEST + rules * (1 + len(test.series) / 20) * (1 + test.last / step) for test in one.material.unit.tests)
        + 1
    )


class UnitWork:
    """Test files that wait for a process: large batches first, small batches towards the end."""

    def __init__(self, coming: Iterable[StagedUnit], cores: int) -> None:
        """Read the files one by one, only as many as keep all cores at work."""
        self._coming = enumerate(coming)
        self._cores = cores
        self._waiting: list[tuple[float, int, StagedUnit]] = []
        self._load = 0.0
        self._taken: list[tuple[tuple[int, StagedUnit], ...]] = []

    def next(self) -> tuple[int, Sequence[Path]] | None:
        """Return the number and the paths of the next batch; ``None`` after the last file."""
        while self._load < LARGE * self._cores and (come := next(self._coming, None)):
            place, one = come
            heappush(self._waiting, (-cost(one), place, one))
            self._load += cost(one)
        if not self._waiting:
            return None
        batch = self._batch(min(LARGE, max(SMALL, self._load / self._cores)))
        self._taken.append(tuple(batch))
        return len(self._taken) - 1, [one.path for _, one in batch]

    def taken(self, number: int) -> Sequence[tuple[int, StagedUnit]]:
        """Return the files of a batch, each with its place among all files."""
        return self._taken[number]

    def _batch(self, enough: float) -> list[tuple[int, StagedUnit]]:
        """Take the waiting files with the most work."""
        left = self._load - enough
        batch = []
        while self._waiting and self._load > left:
            negative, place, one = heappop(self._waiting)
            self._load += negative
            batch.append((place, one))
        return batch
