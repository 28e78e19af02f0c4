"""The table of what came when."""

from __future__ import annotations

import pytest

from gonogo.lint.features import AGGREGATIONS, FUNCTIONS, GROUP_KEYS, OPERATORS, RULE_KEYS, Feature, feature_of
from gonogo.rules.promql import parse

EVERYTHING = [
    *FUNCTIONS.values(),
    *AGGREGATIONS.values(),
    *OPERATORS.values(),
    *GROUP_KEYS.values(),
    *RULE_KEYS.values(),
]


@pytest.mark.parametrize("feature", EVERYTHING, ids=lambda feature: feature.name)
def test_a_feature_is_known_from_its_version_on(feature: Feature) -> None:
    """And a flag is needed only until it is stable."""
    major, minor = feature.since
    assert feature.known(feature.since)
    assert not feature.known((major, minor - 1))
    assert feature.until is None or not feature.known(feature.until)
    assert feature.stable is None or feature.needed_flag(feature.stable) == ""
    assert feature.needed_flag(feature.since) == feature.flag


@pytest.mark.parametrize(
    "expression", ["rate(x[5m])", "sum by (job) (a:b:c)", "x + y", "1", "-x", 'x{job="a"} offset 5m']
)
def test_what_is_as_old_as_promql_needs_nothing(expression: str) -> None:
    """It is in no table."""
    assert feature_of(parse(expression)) is None
