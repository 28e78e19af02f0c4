"""The pack of a dozen policies is what it was: rules and alerts to the byte, tests in their meaning.

The golden files were written by the generator that the templates replaced. After a change that is meant, run
``python -m tests.rulepack.meaning`` and read the difference.
"""

from __future__ import annotations

import json

import pytest

from tests.rulepack.meaning import DIGESTS, GOLDEN, POLICIES, digests, made, meaning

WANTED = json.loads(DIGESTS.read_text(encoding="utf-8"))


def test_every_golden_policy_has_digests() -> None:
    """A case that only one side knows would never be compared."""
    assert WANTED.keys() == POLICIES.keys()


@pytest.mark.parametrize("name", POLICIES)
def test_the_pack_has_not_changed(name: str) -> None:
    """Subjects, realms, prefixes, durations, objectives, selectors, weights and conditions all reach the files."""
    assert digests(made(name)) == WANTED[name]


@pytest.mark.parametrize("name", ["preset", "services"])
def test_the_rules_and_alerts_have_not_changed(name: str) -> None:
    """These golden files are whole, so that a reader can compare them."""
    assert made(name).rules_yaml == (GOLDEN / f"{name}.rules.yml").read_text(encoding="utf-8")
    assert made(name).alerts_yaml == (GOLDEN / f"{name}.alerts.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        ("eval_time: 8d2m30s", "eval_time: 8d3m"),
        ("value: 0.08", "value: 0.09"),
        ("0+2x2304", "0+2x2303"),
        ("0+2x2304", "0+3x2304"),
        ("no rollback is 0", "no rollback is nothing"),
        ("interval: 5m", "interval: 6m"),
        ("../rules", "./rules"),
        ('{metric_realm="prod"}', "{}"),
        ('window="24h"', 'window="2h"'),
    ],
)
def test_a_changed_test_has_another_meaning(change: tuple[str, str]) -> None:
    """The comparison sees every part of a test."""
    text = made("preset").tests_yaml["duri_canary_test.yml"]
    changed = text.replace(*change)
    assert changed != text
    assert meaning(changed) != meaning(text)
