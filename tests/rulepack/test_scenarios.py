"""The scenarios of V for policies with only some of the weights."""

from __future__ import annotations

import pytest

from gonogo.model.replacing import replace
from gonogo.rulepack.gates.stability import GATE
from gonogo.rulepack.scenarios import rule_tests
from tests.rulepack.policies import INTERVAL, preset_policy


@pytest.mark.parametrize("weighed", ["uptime", "alerts", "recovery", "rehearsals", "throughput"])
def test_scenarios_cover_only_the_weighted_shortfalls(weighed: str) -> None:
    """Few rehearsals need the weight of rehearsals. Invalid freshness needs the weight of uptime."""
    (file,) = rule_tests(GATE, replace(preset_policy(), weights={weighed: 1.0}), INTERVAL).values()
    names = {scenario["name"] for scenario in file["tests"]}
    assert f"all of the shortfall in {weighed}" in names
    assert ("very few rehearsals still give a V" in names) == (weighed == "rehearsals")
    assert ("V is never above 1, even with nonsense as input" in names) == (weighed == "uptime")
