"""The pack's own tests notice each small change of the preset's rules."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gonogo.programs.promtool import installed_promtool
from gonogo.rulepack.assemble import pack
from gonogo.ruletests.core.suite import MutantFate, MutantQuestion, suite
from gonogo.ruletests.find import RulePlaces, load_test
from gonogo.ruletests.mutation.catalogue import mutations
from gonogo.ruletests.trials import Trials, answers
from tests.rulepack.policies import INTERVAL, preset_policy
from tests.rulepack.promtool import laid_out

SAMPLE = 60


def _unnoticed(folder: Path, count: int | None) -> list[str]:
    policy = preset_policy()
    made = pack(policy, INTERVAL)
    paths = sorted((laid_out(made, folder, policy.prefix) / "tests").iterdir())
    whole = suite([load_test(path, RulePlaces()) for path in paths])
    loading = whole.loading(map(str, paths))
    asked = {
        MutantQuestion(loading[rule.id], rule, one.rule): f"{one.id} {one.change}"
        for rule in whole.rules
        for one in mutations(rule.rule, rule.own_labels, annotated=True)
    }
    order = random.Random(count).sample(list(asked), count or len(asked))  # noqa: S311 - a sample, not a secret
    found = answers(order, Trials(installed_promtool()))
    return [asked[question] for question, answer in found if answer is not MutantFate.NOTICED]


def test_a_sample_of_mutants_is_killed(tmp_path: Path) -> None:
    """Every run of the tests tries a sample."""
    assert _unnoticed(tmp_path, SAMPLE) == []


@pytest.mark.long
def test_every_mutant_is_killed(tmp_path: Path) -> None:
    """No mutant of the preset's rules survives."""
    assert _unnoticed(tmp_path, None) == []
