"""Changes the rules, one small change at a time, and finds the changes that no test notices."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from gonogo.ruletests.check import Progress, ignore_progress
from gonogo.ruletests.core.coverage import Coverage
from gonogo.ruletests.core.firing import expects_firing
from gonogo.ruletests.core.mutants import Argument, MutantReport, Survivor, wrong_arguments
from gonogo.ruletests.core.rule_text import RuleId, RuleText, TestedRule
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion, Sheet
from gonogo.ruletests.mutation.catalogue import mutations
from gonogo.ruletests.mutation.mutation import Mutation
from gonogo.ruletests.suite import Suite
from gonogo.ruletests.trials import Trials, answers


@dataclass(frozen=True, slots=True)
class _Mutant:
    """A mutation, its rule, and its name, which is unique among all mutants."""

    name: str
    rule: RuleText
    mutation: Mutation


@dataclass(frozen=True, slots=True)
class Budget:
    """The time for mutants (``None``: no limit), and the seed of their order."""

    time: timedelta | None = None
    seed: int = 0


def mutants(
    suite: Suite,
    covered: Coverage,
    passing: Collection[str],
    given: Sequence[Argument],
    trials: Trials,
    budget: Budget,
    progress: Progress = ignore_progress,
) -> MutantReport:
    """Mutate every rule that is covered, and run the tests that cover it.

    Args:
        suite: the test files and all rules.
        covered: the coverage of the tests. Rules without coverage get no mutants, because those would all survive.
        passing: the paths of the test files that pass without a change.
        given: the arguments of the test files for mutants that may survive.
        trials: the promtool and the outcomes of earlier trials. New outcomes are added.
        budget: the time limit, and the seed of the order.
        progress: the function that is called with the number of finished mutants.

    Raises:
        MissingTool: promtool is not installed.
    """
    began = time.monotonic()
    loading = suite.loading(passing)
    without = tuple(sorted(one.rule for one in covered.uncovered))
    made = tuple(_made(suite, loading, frozenset(without)))
    order = random.Random(budget.seed).sample(made, len(made))  # noqa: S311 - a sample, not a secret
    questions = {MutantQuestion(loading[one.rule.id], one.rule, one.mutation.rule): one for one in order}
    until = None if budget.time is None else began + budget.time.total_seconds()
    fates: dict[str, MutantFate] = {}
    for done, (question, answer) in enumerate(answers(questions, trials, until), 1):
        progress(done, len(made))
        fates[questions[question].name] = answer
    report = _report(made, fates, given, without, budget.seed)
    unread = tuple(one for one in covered.unread_expressions if one.rule not in without)
    return replace(report, covered=covered.covered, unread=unread, seconds=time.monotonic() - began)


def _made(
    suite: Suite, loading: Mapping[RuleId, tuple[Sheet, ...]], without: frozenset[TestedRule]
) -> Iterator[_Mutant]:
    """Yield the mutants of all covered rules, in the order of the files."""
    names: Counter[str] = Counter()
    for rule in suite.rules:
        if rule.tested not in without and rule.id in loading:
            fires = expects_firing((sheet.unit for sheet in loading[rule.id]), rule.rule)
            for one in mutations(rule.rule, rule.own_labels, annotated=fires):
                names[one.id] += 1
                yield _Mutant(one.id if names[one.id] == 1 else f"{one.id}:{names[one.id]}", rule, one)


def _report(
    made: Sequence[_Mutant],
    fates: Mapping[str, MutantFate],
    given: Sequence[Argument],
    without: tuple[TestedRule, ...],
    seed: int,
) -> MutantReport:
    reasons = {one.mutant: one.reason for one in given}
    told = [fates.get(one.name) for one in made]
    alive = [_survivor(one, reasons.get(one.name, "")) for one in made if fates.get(one.name) is MutantFate.UNNOTICED]
    lives = {
        one.name: None if fate is None else fate is MutantFate.UNNOTICED for one, fate in zip(made, told, strict=True)
    }
    return MutantReport(
        len(made),
        told.count(MutantFate.NOTICED),
        tuple(one for one in alive if not one.argument),
        tuple(one for one in alive if one.argument),
        told.count(None),
        uncovered=without,
        problems=tuple(wrong_arguments(given, lives, whole=not without)),
        stillborn=told.count(MutantFate.STILLBORN),
        seed=seed,
    )


def _survivor(one: _Mutant, argument: str) -> Survivor:
    found = one.mutation
    return Survivor(one.rule.tested, one.name, found.change, found.old, found.new, found.kill, argument)
