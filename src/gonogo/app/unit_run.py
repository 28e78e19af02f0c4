"""Runs staged test files in promtool and gives the verdict of each, whatever becomes of the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gonogo.app.unit_stage import StagedUnit
from gonogo.prometheus.promtool import ToolRun
from gonogo.prometheus.promtool_units import run_units
from gonogo.unit.promtool_output import verdicts


@dataclass(frozen=True, slots=True)
class UnitResult:
    """What promtool said of one test file.

    Attributes:
        passed: whether it passed.
        words: what promtool wrote of it, in terms of the sources.
        seconds: how long it took; its share, where several files were run by one process.
    """

    passed: bool
    words: str
    seconds: float


def run_test(staged: StagedUnit) -> UnitResult:
    """Run one test file.

    Raises:
        MissingTool: promtool is not installed.
    """
    return dict(run_tests((staged,)))[0]


def run_tests(staged: Sequence[StagedUnit], at_once: int | None = None) -> Iterator[tuple[int, UnitResult]]:
    """Run test files, over all cores, and give the result of each by its place, as they come.

    A file with which promtool breaks down costs the others of its process nothing but
    time: those without a verdict are run again, each by itself.

    Raises:
        MissingTool: promtool is not installed.
    """
    cores = at_once or len(os.sched_getaffinity(0))
    shards = shared_out([cost(one) for one in staged], cores)
    alone: list[int] = []
    for shard, ran in run_units([[staged[n].path for n in shard] for shard in shards], cores):
        for number, result in _results(staged, shards[shard], ran):
            if result is None:
                alone.append(number)
            else:
                yield number, result
    for place, ran in run_units([[staged[number].path] for number in alone], cores):
        number = alone[place]
        (_, result), *_ = _results(staged, [number], ran)
        yield number, result or UnitResult(False, _broken(staged[number], ran), ran.seconds)


def _results(
    staged: Sequence[StagedUnit], shard: Sequence[int], ran: ToolRun
) -> Iterator[tuple[int, UnitResult | None]]:
    total = sum(cost(staged[number]) for number in shard)
    said = verdicts(ran.output, [str(staged[number].path) for number in shard])
    for number, verdict in zip(shard, said, strict=True):
        one = staged[number]
        if verdict.passed is None:
            yield number, None
            continue
        words = one.in_words_of_the_source(verdict.words)
        yield number, UnitResult(verdict.passed, words, ran.seconds * cost(one) / total)


def _broken(one: StagedUnit, ran: ToolRun) -> str:
    return f"promtool ended without a verdict\n{one.in_words_of_the_source(ran.output)}".rstrip()


def cost(one: StagedUnit) -> float:
    """Estimate the work: each test evaluates all rules at every step up to its last assertion, in a new database."""
    step = one.material.unit.evaluation_interval
    rules = 1 + sum(rule.text.count("expr") for rule in one.material.rules)
    return (
        sum(_TEST + rules * (1 + len(test.series) / 20) * (1 + test.last / step) for test in one.material.unit.tests)
        + 1
    )


_TEST = 100.0
"""What a test costs before anything is evaluated, in evaluations of a rule."""


def shared_out(costs: Sequence[float], cores: int) -> list[list[int]]:
    """Share pieces of work out to a few processes for each core, the costly ones first."""
    count = min(len(costs), cores * _SHARES if cores > 1 else 1)
    shares: list[list[int]] = [[] for _ in range(count)]
    load = [0.0] * count
    for number in sorted(range(len(costs)), key=lambda n: -costs[n]):
        least = load.index(min(load))
        shares[least].append(number)
        load[least] += costs[number]
    return shares


_SHARES = 3
"""Processes for each core: more of them even out a bad estimate, but each takes 30 ms to start."""
