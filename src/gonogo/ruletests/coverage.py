"""Finds the rules that the tests really test: removes one rule at a time, and checks if a test fails."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from gonogo.formats.test_file import UnitFile
from gonogo.model.rule import RuleKind
from gonogo.programs.promtool import Promtool
from gonogo.ruletests.check import Progress, ignore_progress
from gonogo.ruletests.core.coverage import Coverage, Uncovered, unread_expressions
from gonogo.ruletests.core.firing import expects_firing, expects_quiet
from gonogo.ruletests.core.rule_text import RuleId, RuleText, twins
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion, Sheet
from gonogo.ruletests.material import Material
from gonogo.ruletests.running import run_tests
from gonogo.ruletests.stage import staged
from gonogo.ruletests.suite import Suite
from gonogo.ruletests.trials import Trials, answers


def passing_twice(
    materials: Sequence[Material], first: Mapping[Path, bool], promtool: Promtool
) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Run every unchanged test file once more.

    Args:
        materials: the test files.
        first: the result of each test file in the first run.
        promtool: the promtool to run.

    Returns:
        The paths of the files that passed both times, of those that passed only once, and of those that failed both
        times.
    """
    with staged(materials) as stages:
        second = {materials[number].path: result.passed for number, result in run_tests(stages, promtool)}
    paths = [one.path for one in materials]
    both = frozenset(str(path) for path in paths if first[path] and second[path])
    flaky = tuple(str(path) for path in paths if first[path] is not second[path])
    failing = tuple(str(path) for path in paths if not first[path] and not second[path])
    return both, flaky, failing


def coverage(
    suite: Suite,
    steady: tuple[frozenset[str], tuple[str, ...], tuple[str, ...]],
    trials: Trials,
    progress: Progress = ignore_progress,
) -> Coverage:
    """Remove each rule in turn, and check if a test file fails that passes with the rule.

    Args:
        suite: the test files and all rules.
        steady: the result of ``passing_twice``.
        trials: the promtool and the outcomes of earlier trials. New outcomes are added.
        progress: the function that is called with the number of finished rules.

    Raises:
        MissingTool: promtool is not installed.
    """
    began = time.monotonic()
    passing, flaky, failing = steady
    loading = suite.loading(passing)
    sets = twins(sheet.rules for sheet in suite.sheets)
    doubled = frozenset(rule.id for same in sets for rule in same)
    questions = [MutantQuestion(loading.get(rule.id, ()), rule) for rule in suite.rules]
    covered: set[RuleId] = set()
    for done, (question, answer) in enumerate(answers(questions, trials), 1):
        progress(done, len(questions))
        if answer is MutantFate.NOTICED:
            covered.add(question.rule.id)
    missed = (rule for rule in suite.rules if rule.id not in covered)
    alerts = [rule for rule in suite.rules if rule.rule.kind is RuleKind.ALERT]
    return Coverage(
        len(suite.rules),
        len(covered),
        tuple(Uncovered(rule.tested, _why(suite, loading, rule, doubled)) for rule in missed),
        tuple(tuple(rule.tested for rule in same) for same in sets),
        tuple(rule.tested for rule in alerts if not expects_firing(_units(loading, rule), rule.rule)),
        tuple(rule.tested for rule in alerts if not expects_quiet(_units(loading, rule), rule.rule)),
        flaky,
        failing,
        time.monotonic() - began,
        unread_expressions=unread_expressions(suite.rules),
    )


def _units(loading: Mapping[RuleId, tuple[Sheet, ...]], rule: RuleText) -> Iterator[UnitFile]:
    return (sheet.unit for sheet in loading.get(rule.id, ()))


def _why(suite: Suite, loading: Mapping[RuleId, tuple[Sheet, ...]], rule: RuleText, doubled: Collection[RuleId]) -> str:
    """Explain why no test failed without a rule."""
    if not any(rule.id in sheet.number for sheet in suite.sheets):
        return "no test file loads it"
    if rule.id not in loading:
        return "every test file that loads it fails"
    sheets = loading[rule.id]
    if all(sheet.dependence.extracts(sheet.number[rule.id]) == () for sheet in sheets):
        return "no assertion depends on it"
    if rule.rule.kind is RuleKind.ALERT and not expects_firing((sheet.unit for sheet in sheets), rule.rule):
        return "no assertion expects it to fire"
    if rule.id in doubled:
        return "an identical rule gives the same result"
    return "every assertion that depends on it passes without it as well"
