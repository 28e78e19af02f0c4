"""Mutants of the preset's rule pack, against one start of promtool for each mutant on every core.

Both sides answer the same: does a test of the pack notice the change? The plain side runs
the whole test files that load the rule, one promtool a mutant, each of one thread, as
many at the same time as there are cores, and stops at the first file that fails. gonogo
runs only the parts that a change can reach, many to a process.

Run: python bench/mutants.py
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from gonogo.policy.load import load
from gonogo.programs.promtool import installed_promtool
from gonogo.programs.promtool_units import ENVIRONMENT
from gonogo.programs.running import locate
from gonogo.rulepack.write import write_rules
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion, suite
from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.mutation.catalogue import mutations
from gonogo.ruletests.staging import write_trial
from gonogo.ruletests.trials import Trials, answers

GOAL = 0.8
SAMPLE = 60
SEED = 1
POLICY = "version: 1\npreset: l4-dryrun\n"


def main() -> int:
    """Print mutants per second of both, and their ratio."""
    with tempfile.TemporaryDirectory() as place:
        questions = _questions(Path(place))
        cores = len(os.sched_getaffinity(0))
        began = time.monotonic()
        told = dict(answers(questions, Trials(installed_promtool())))
        ours = time.monotonic() - began
        began = time.monotonic()
        with ThreadPoolExecutor(cores) as pool:
            noticed = list(pool.map(lambda pair: _plainly(pair, Path(place)), enumerate(questions)))
        plain = time.monotonic() - began
    if noticed != [told[one] is MutantFate.NOTICED for one in questions]:
        print("the two sides differ in what is noticed")
        return 1
    ratio = plain / ours
    print(f"{SAMPLE} mutants, {sum(noticed)} noticed, on {cores} cores")
    print(f"gonogo {SAMPLE / ours:.1f} a second, one promtool each {SAMPLE / plain:.1f} a second")
    print(f"ratio {ratio:.2f} (goal: at least {GOAL})")
    return 0 if ratio >= GOAL else 1


def _questions(folder: Path) -> Sequence[MutantQuestion]:
    (folder / "gonogo.yaml").write_text(POLICY, encoding="utf-8")
    write_rules(load(folder / "gonogo.yaml").policy, timedelta(seconds=30), folder)
    paths = sorted((folder / "tests").iterdir())
    whole = suite([load_test(path, RulePlaces()) for path in paths])
    loading = whole.loading(map(str, paths))
    made = [(rule, one.rule) for rule in whole.rules for one in mutations(rule.rule, rule.own_labels)]
    chosen = random.Random(SEED).sample(made, SAMPLE)  # noqa: S311 - a sample, not a secret
    return [MutantQuestion(loading[rule.id], rule, changed) for rule, changed in chosen]


def _plainly(numbered: tuple[int, MutantQuestion], place: Path) -> bool:
    """Run the files that load the rule and can notice its change, whole, until one fails."""
    number, question = numbered
    for at, trial in enumerate(question.whole_trials()):
        test = write_trial(trial, place / f"plain-{number}-{at}")
        command = [locate("promtool"), "test", "rules", str(test)]
        if subprocess.run(command, capture_output=True, env={**os.environ, **ENVIRONMENT}, check=False).returncode:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
