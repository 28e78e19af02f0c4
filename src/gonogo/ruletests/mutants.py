"""Changes the rules, one small change at a time, and finds the changes that no test notices."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gonogo.ruletests.check import Progress
from gonogo.ruletests.core.firing import expects_firing
from gonogo.ruletests.core.measures import Argument, Coverage, MutantReport, Survivor, wrong_arguments
from gonogo.ruletests.core.rule_text import TestedRule
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion, Suite
from gonogo.ruletests.mutation.catalogue import mutations
from gonogo.ruletests.trials import Trials, answers


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
    progress: Progress,
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
    without = tuple(sorted(one.rule for one in covered.uncovered))
    reasons = {one.mutant: one.reason for one in given}
    made = dict(_made(suite, passing, frozenset(without), reasons))
    order = random.Random(budget.seed).sample(list(made), len(made))  # noqa: S311 - a sample, not a secret
    until = None if budget.time is None else began + budget.time.total_seconds()
    fates: dict[str, MutantFate] = {}
    for done, (question, answer) in enumerate(answers(order, trials, until), 1):
        progress(done, len(made))
        fates[made[question].mutant] = answer
    alive = [one for one in made.values() if fates.get(one.mutant) is MutantFate.UNNOTICED]
    names = [one.mutant for one in made.values()]
    lives = {name: fates[name] is MutantFate.UNNOTICED if name in fates else None for name in names}
    counts = Counter(fates.values())
    return MutantReport(
        len(made),
        counts[MutantFate.NOTICED],
        tuple(one for one in alive if not one.argument),
        tuple(one for one in alive if one.argument),
        len(made) - len(fates),
        covered.covered,
        without,
        tuple(wrong_arguments(given, lives, whole=not without)),
        counts[MutantFate.STILLBORN],
        time.monotonic() - began,
        budget.seed,
        tuple(one for one in covered.unread_expressions if one.rule not in without),
    )


def _made(
    suite: Suite, passing: Collection[str], without: frozenset[TestedRule], reasons: Mapping[str, str]
) -> Iterator[tuple[MutantQuestion, Survivor]]:
    """Yield each mutant of the covered rules, in the order of the files: its question, and its entry if it survives."""
    names: Counter[str] = Counter()
    loading = suite.loading(passing)
    for rule in suite.rules:
        if rule.tested in without or rule.id not in loading:
            continue
        fires = expects_firing((sheet.loaded.unit for sheet in loading[rule.id]), rule.rule)
        for one in mutations(rule.rule, rule.own_labels, annotated=fires):
            names[one.id] += 1
            name = one.id if names[one.id] == 1 else f"{one.id}:{names[one.id]}"
            survivor = Survivor(rule.tested, name, one.change, one.old, one.new, one.kill, reasons.get(name, ""))
            yield MutantQuestion(loading[rule.id], rule, one.rule), survivor
