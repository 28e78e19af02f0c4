"""What is tested of V for policies that weigh only some of its terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gonogo.rulepack.scenarios.stability import rule_tests
from tests.rulepack.policies import INTERVAL, preset_policy


@pytest.mark.parametrize("weighed", ["uptime", "alerts", "recovery", "rehearsals", "throughput"])
def test_only_what_is_weighed_is_looked_at(weighed: str) -> None:
    """Rehearsals that were few are a scenario where they are weighed, and nonsense in freshness where that is."""
    (file,) = rule_tests(replace(preset_policy(), weights={weighed: 1.0}), INTERVAL)
    names = {scenario.name for scenario in file.scenarios}
    assert f"all of the shortfall in {weighed}" in names
    assert ("however few rehearsals there were, there is V" in names) == (weighed == "rehearsals")
    assert ("V is never above 1, whatever is fed in" in names) == (weighed == "uptime")
