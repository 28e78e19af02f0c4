"""Measures tests that have run: the rules that they cover, and the mutants of the rules that they kill.

A rule is covered if a test fails when the rule is removed.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from gonogo.disk.regular_file import Unreadable
from gonogo.errors import Problem
from gonogo.formats.dialect import Dialect
from gonogo.model.progress import Listener, Progress, ignored
from gonogo.model.replacing import replace
from gonogo.model.rule import RuleKind
from gonogo.programs.promtool import Promtool
from gonogo.ruletests.core.firing import expects_firing, expects_quiet
from gonogo.ruletests.core.loaded import RuleSource
from gonogo.ruletests.core.measures import (
    Argument,
    Coverage,
    MutantReport,
    Survivor,
    UnprovenRule,
    arguments,
    unread_expressions,
    wrong_arguments,
)
from gonogo.ruletests.core.report import UnitReport
from gonogo.ruletests.core.rule_text import RuleId, RuleText, TestedRule, twins
from gonogo.ruletests.core.suite import Loading, MutantFate, MutantQuestion, Suite, suite
from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.mutation.catalogue import mutations
from gonogo.ruletests.running import run_tests
from gonogo.ruletests.staging import staged
from gonogo.ruletests.trials import Trials, answers


class Budget(Struct, frozen=True):
    """The time for mutants (``None``: no limit), and the seed of their order."""

    time: timedelta | None = None
    seed: int = 0


def measured(
    report: UnitReport,
    rules: Sequence[Path],
    promtool: Promtool,
    *,
    minimum: Decimal | None = None,
    budget: Budget | None = None,
    progress: Listener = ignored,
    dialect: Dialect = Dialect.PROMETHEUS,
) -> UnitReport:
    """Add coverage to the report of a run, and mutants if there is a budget for them.

    Test files that promtool did not read are left out. All rules below ``rules`` count, with or without a test that
    loads them, and rules that promtool cannot read count as unread. ``minimum`` is the required percentage of covered
    rules. ``progress`` is called with the number of finished rules, then of finished mutants.

    Raises:
        MissingTool: promtool is not installed.
    """
    places = RulePlaces(rules, dialect)
    first = {file.path: file.promtool for file in report.files if file.promtool is not None}
    tests = [load_test(Path(path), places) for path in first]
    with staged(tests) as stages:
        second = {tests[place].unit.path: result.passed for place, result in run_tests(stages, promtool)}
    others, unread = _all_of(places)
    whole = suite(tests, others)
    loading = whole.loading(path for path in first if first[path] and second[path])
    trials = Trials(promtool)
    covered = replace(
        _coverage(whole, loading, trials, progress),
        flaky=tuple(path for path in first if first[path] is not second[path]),
        failing=tuple(path for path in first if not first[path] and not second[path]),
        unread=unread,
    )
    report = replace(report, coverage=covered, minimum=minimum)
    if budget is None:
        return report
    given = tuple(one for test in tests for one in arguments(test.text, test.unit.path))
    return replace(report, mutants=_mutants(whole, loading, covered, given, trials, budget, progress))


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


def _coverage(suite: Suite, loading: Loading, trials: Trials, progress: Listener) -> Coverage:
    """Remove each rule in turn, and check if a test file that passes and loads the rule then fails."""
    began = time.monotonic()
    sets = twins(sheet.rules for sheet in suite.sheets)
    questions = [MutantQuestion(loading.get(rule.id, ()), rule) for rule in suite.rules]
    covered: set[RuleId] = set()
    for done, (question, answer) in enumerate(answers(questions, trials), 1):
        progress(Progress("changes tried", done, len(questions)))
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
        tuple(UnprovenRule(rule.tested, _why(suite, loading, rule, doubled)) for rule in missed),
        tuple(tuple(rule.tested for rule in same) for same in sets),
        tuple(rule.tested for rule, units in alerts if not expects_firing(units, rule.rule)),
        tuple(rule.tested for rule, units in alerts if not expects_quiet(units, rule.rule)),
        seconds=time.monotonic() - began,
        unread_expressions=unread_expressions(suite.rules),
    )


def _why(suite: Suite, loading: Loading, rule: RuleText, doubled: Collection[RuleId]) -> str:
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


def _mutants(
    suite: Suite,
    loading: Loading,
    covered: Coverage,
    given: Sequence[Argument],
    trials: Trials,
    budget: Budget,
    progress: Listener,
) -> MutantReport:
    """Mutate every rule that is covered, and run the tests that cover it. Other mutants would all survive."""
    began = time.monotonic()
    without = tuple(sorted(one.rule for one in covered.uncovered))
    reasons = {one.mutant: one.reason for one in given}
    made = dict(_made(suite, loading, frozenset(without), reasons))
    order = random.Random(budget.seed).sample(list(made), len(made))  # noqa: S311 - a sample, not a secret
    until = None if budget.time is None else began + budget.time.total_seconds()
    fates: dict[str, MutantFate] = {}
    for done, (question, answer) in enumerate(answers(order, trials, until), 1):
        progress(Progress("changes tried", done, len(made)))
        fates[made[question].mutant] = answer
    alive = [one for one in made.values() if fates.get(one.mutant) is MutantFate.UNNOTICED]
    names = [one.mutant for one in made.values()]
    lives = {name: fates[name] is MutantFate.UNNOTICED if name in fates else None for name in names}
    counts = Counter(fates.values())
    return MutantReport(
        made=len(made),
        killed=counts[MutantFate.NOTICED],
        survived=tuple(one for one in alive if not one.argument),
        argued=tuple(one for one in alive if one.argument),
        not_run=len(made) - len(fates),
        covered=covered.covered,
        uncovered=without,
        problems=tuple(wrong_arguments(given, lives, whole=not without)),
        stillborn=counts[MutantFate.STILLBORN],
        seconds=time.monotonic() - began,
        seed=budget.seed,
        unread=tuple(one for one in covered.unread_expressions if one.rule not in without),
    )


def _made(
    suite: Suite, loading: Loading, without: frozenset[TestedRule], reasons: Mapping[str, str]
) -> Iterator[tuple[MutantQuestion, Survivor]]:
    """Yield each mutant of the covered rules, in the order of the files: its question, and its entry if it survives."""
    names: Counter[str] = Counter()
    for rule in suite.rules:
        if rule.tested in without or rule.id not in loading:
            continue
        fires = expects_firing((sheet.loaded.unit for sheet in loading[rule.id]), rule.rule)
        for one in mutations(rule.rule, rule.own_labels, annotated=fires):
            names[one.id] += 1
            name = one.id if names[one.id] == 1 else f"{one.id}:{names[one.id]}"
            survivor = Survivor(rule.tested, name, one.change, one.old, one.new, one.kill, reasons.get(name, ""))
            yield MutantQuestion(loading[rule.id], rule, one.rule), survivor
