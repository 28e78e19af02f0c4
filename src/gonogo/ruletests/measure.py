"""Measures tests that were run: what they cover, and which mutants of the rules they kill."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from gonogo.disk.naming import shown
from gonogo.disk.reading import Unreadable
from gonogo.errors import Problem
from gonogo.formats.dialect import Dialect
from gonogo.policy.inputs import unit_files
from gonogo.programs.installed_promtool import Promtool
from gonogo.ruletests.core.arguments import arguments
from gonogo.ruletests.core.report import UnitReport
from gonogo.ruletests.coverage import Progress, coverage, nobody_listens, passing_twice
from gonogo.ruletests.material import material
from gonogo.ruletests.mutants import Budget, mutants
from gonogo.ruletests.rules import RulePlaces, RuleSource
from gonogo.ruletests.suite import suite
from gonogo.ruletests.trials import Trials


@dataclass(frozen=True, slots=True)
class Measures:
    """What is asked of tests beyond passing.

    Attributes:
        minimum: the percentage of rules that must be covered; ``None`` asks for none.
        mutants: what mutants may take; ``None`` makes none.
    """

    minimum: Decimal | None = None
    mutants: Budget | None = None


def measured(
    report: UnitReport,
    rules: Sequence[Path],
    asked: Measures,
    promtool: Promtool,
    progress: Progress = nobody_listens,
    dialect: Dialect = Dialect.PROMETHEUS,
) -> UnitReport:
    """Add coverage, and mutants where they are asked for, to the report of a run.

    Args:
        report: the run; files that promtool did not read are left out.
        rules: files and folders of rules: all of these rules count, whether a test loads them or not.
        asked: what is asked for.
        promtool: the promtool to run.
        progress: hears how many rules are done, then how many mutants.
        dialect: the dialect of the rule files; what promtool cannot read of them counts as unread.

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
    """Read all rules there are; beside them, what cannot be read."""
    read: list[RuleSource] = []
    unread: list[Problem] = []
    for path in sorted({shown(path) for place in rules for path in unit_files(place)}):
        try:
            read += places.sources(path)
        except Unreadable as error:
            unread.append(error.problem)
    return tuple(read), tuple(unread)
