"""Measures tests that have run: the rules that they cover, and the mutants of the rules that they kill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from gonogo.disk.naming import shown
from gonogo.disk.regular_file import Unreadable
from gonogo.errors import Problem
from gonogo.formats.dialect import Dialect
from gonogo.policy.inputs import unit_files
from gonogo.programs.promtool import Promtool
from gonogo.ruletests.check import Progress, ignore_progress
from gonogo.ruletests.core.mutants import arguments
from gonogo.ruletests.core.report import UnitReport
from gonogo.ruletests.coverage import coverage, passing_twice
from gonogo.ruletests.material import material
from gonogo.ruletests.mutants import Budget, mutants
from gonogo.ruletests.rules import RulePlaces, RuleSource
from gonogo.ruletests.suite import suite
from gonogo.ruletests.trials import Trials


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures that the user asks for, beside passing.

    Attributes:
        minimum: the required percentage of covered rules; ``None`` if no minimum is required.
        mutants: the budget for mutants; ``None`` if no mutants are wanted.
    """

    minimum: Decimal | None = None
    mutants: Budget | None = None


def measured(
    report: UnitReport,
    rules: Sequence[Path],
    asked: Measures,
    promtool: Promtool,
    progress: Progress = ignore_progress,
    dialect: Dialect = Dialect.PROMETHEUS,
) -> UnitReport:
    """Add coverage, and mutants if they are wanted, to the report of a run.

    Args:
        report: the report of the run. Files that promtool did not read are left out.
        rules: files and folders of rules. All of these rules count, with or without a test that loads them.
        asked: the wanted measures.
        promtool: the promtool to run.
        progress: the function that is called with the number of finished rules, then of finished mutants.
        dialect: the dialect of the rule files. Rules that promtool cannot read count as unread.

    Raises:
        MissingTool: promtool is not installed.
    """
    places = RulePlaces(rules, dialect)
    ran = {Path(file.path): file.promtool for file in report.files if file.promtool is not None}
    materials = [material(path, places) for path in ran]
    steady = passing_twice(materials, {path: bool(passed) for path, passed in ran.items()}, promtool)
    others, unread = _all_of(rules, places)
    whole = suite(materials, others)
    trials = Trials(promtool)
    covered = replace(coverage(whole, steady, trials, progress), unread=unread)
    if asked.mutants is None:
        return replace(report, coverage=covered, minimum=asked.minimum)
    given = tuple(one for each in materials for one in arguments(each.text, str(each.path)))
    made = mutants(whole, covered, steady[0], given, trials, asked.mutants, progress)
    return replace(report, coverage=covered, mutants=made, minimum=asked.minimum)


def _all_of(rules: Iterable[Path], places: RulePlaces) -> tuple[tuple[RuleSource, ...], tuple[Problem, ...]]:
    """Read all rules. Return them, and a problem for each file that cannot be read."""
    read: list[RuleSource] = []
    unread: list[Problem] = []
    for path in sorted({shown(path) for place in rules for path in unit_files(place)}):
        try:
            read += places.sources(path)
        except Unreadable as error:
            unread.append(error.problem)
    return tuple(read), tuple(unread)
