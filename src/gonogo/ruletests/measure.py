"""Measures tests that have run: the rules that they cover, and the mutants of the rules that they kill.

A rule is covered if a test fails when the rule is removed.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from gonogo.disk.regular_file import Unreadable
from gonogo.errors import Problem
from gonogo.formats.dialect import Dialect
from gonogo.model.rule import RuleKind
from gonogo.programs.promtool import Promtool
from gonogo.ruletests.check import Progress, ignore_progress
from gonogo.ruletests.core.firing import expects_firing, expects_quiet
from gonogo.ruletests.core.loaded import Loaded, RuleSource
from gonogo.ruletests.core.measures import Coverage, Uncovered, arguments, unread_expressions
from gonogo.ruletests.core.report import UnitReport
from gonogo.ruletests.core.rule_text import RuleId, RuleText, twins
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion, Sheet, Suite, suite
from gonogo.ruletests.loading import RulePlaces, load_test
from gonogo.ruletests.mutants import Budget, mutants
from gonogo.ruletests.running import run_tests
from gonogo.ruletests.staging import staged
from gonogo.ruletests.trials import Trials, answers


def measured(
    report: UnitReport,
    rules: Sequence[Path],
    promtool: Promtool,
    *,
    minimum: Decimal | None = None,
    budget: Budget | None = None,
    progress: Progress = ignore_progress,
    dialect: Dialect = Dialect.PROMETHEUS,
) -> UnitReport:
    """Add coverage, and mutants if they are wanted, to the report of a run.

    Args:
        report: the report of the run. Files that promtool did not read are left out.
        rules: files and folders of rules. All of these rules count, with or without a test that loads them.
        promtool: the promtool to run.
        minimum: the required percentage of covered rules; ``None`` if no minimum is required.
        budget: the budget for mutants; ``None`` if no mutants are wanted.
        progress: the function that is called with the number of finished rules, then of finished mutants.
        dialect: the dialect of the rule files. Rules that promtool cannot read count as unread.

    Raises:
        MissingTool: promtool is not installed.
    """
    places = RulePlaces(rules, dialect)
    first = {file.path: file.promtool for file in report.files if file.promtool is not None}
    tests = [load_test(Path(path), places) for path in first]
    second = _run_again(tests, promtool)
    passing = frozenset(path for path in first if first[path] and second[path])
    others, unread = _all_of(places)
    whole = suite(tests, others)
    trials = Trials(promtool)
    covered = replace(
        coverage(whole, passing, trials, progress),
        flaky=tuple(path for path in first if first[path] is not second[path]),
        failing=tuple(path for path in first if not first[path] and not second[path]),
        unread=unread,
    )
    measured = replace(report, coverage=covered, minimum=minimum)
    if budget is None:
        return measured
    given = tuple(one for test in tests for one in arguments(test.text, test.unit.path))
    return replace(measured, mutants=mutants(whole, covered, passing, given, trials, budget, progress))


def _run_again(tests: Sequence[Loaded], promtool: Promtool) -> Mapping[str, bool]:
    """Run every unchanged test file once more, and return whether each passed, by path."""
    with staged(tests) as stages:
        return {tests[place].unit.path: result.passed for place, result in run_tests(stages, promtool)}


def _all_of(places: RulePlaces) -> tuple[tuple[RuleSource, ...], tuple[Problem, ...]]:
    """Read all rules. Return them, and a problem for each file that cannot be read."""
    read: list[RuleSource] = []
    unread: list[Problem] = []
    for path in places.paths:
        try:
            read += places.sources(path)
        except Unreadable as error:
            unread.append(error.problem)
    return tuple(read), tuple(unread)


def coverage(suite: Suite, passing: Collection[str], trials: Trials, progress: Progress) -> Coverage:
    """Remove each rule in turn, and check if one of the ``passing`` test files then fails."""
    began = time.monotonic()
    loading = suite.loading(passing)
    sets = twins(sheet.rules for sheet in suite.sheets)
    questions = [MutantQuestion(loading.get(rule.id, ()), rule) for rule in suite.rules]
    covered: set[RuleId] = set()
    for done, (question, answer) in enumerate(answers(questions, trials), 1):
        progress(done, len(questions))
        if answer is MutantFate.NOTICED:
            covered.add(question.rule.id)
    doubled = frozenset(rule.id for same in sets for rule in same)
    missed = (rule for rule in suite.rules if rule.id not in covered)
    alerts = [
        (rule, [sheet.loaded.unit for sheet in loading.get(rule.id, ())])
        for rule in suite.rules
        if rule.rule.kind is RuleKind.ALERT
    ]
    return Coverage(
        len(suite.rules),
        len(covered),
        tuple(Uncovered(rule.tested, _why(suite, loading, rule, doubled)) for rule in missed),
        tuple(tuple(rule.tested for rule in same) for same in sets),
        tuple(rule.tested for rule, units in alerts if not expects_firing(units, rule.rule)),
        tuple(rule.tested for rule, units in alerts if not expects_quiet(units, rule.rule)),
        seconds=time.monotonic() - began,
        unread_expressions=unread_expressions(suite.rules),
    )


def _why(suite: Suite, loading: Mapping[RuleId, tuple[Sheet, ...]], rule: RuleText, doubled: Collection[RuleId]) -> str:
    """Explain why no test failed without a rule."""
    if not any(rule.id in sheet.number for sheet in suite.sheets):
        return "no test file loads it"
    if rule.id not in loading:
        return "every test file that loads it fails"
    sheets = loading[rule.id]
    if not any(sheet.extracts(rule) for sheet in sheets):
        return "no assertion depends on it"
    if rule.rule.kind is RuleKind.ALERT and not expects_firing((sheet.loaded.unit for sheet in sheets), rule.rule):
        return "no assertion expects it to fire"
    if rule.id in doubled:
        return "an identical rule gives the same result"
    return "every assertion that depends on it passes without it as well"
