"""Tests of the table of features and their versions."""

from __future__ import annotations

import pytest

from gonogo.model import promql_features
from gonogo.model.promql_features import (
    AGGREGATIONS,
    DURATION_FUNCTIONS,
    EXTENDED,
    FUNCTIONS,
    GROUP_KEYS,
    OPERATORS,
    RULE_KEYS,
    Feature,
)

EVERYTHING = [
    *(feature for feature in vars(promql_features).values() if isinstance(feature, Feature)),
    *DURATION_FUNCTIONS.values(),
    *EXTENDED.values(),
    *FUNCTIONS.values(),
    *AGGREGATIONS.values(),
    *OPERATORS.values(),
    *GROUP_KEYS.values(),
    *RULE_KEYS.values(),
]


@pytest.mark.parametrize("feature", EVERYTHING, ids=lambda feature: feature.name)
def test_a_feature_is_known_from_its_version_on(feature: Feature) -> None:
    """A flag is needed only until the feature is stable."""
    major, minor = feature.since
    assert feature.known(feature.since)
    assert not feature.known((major, minor - 1))
    assert feature.until is None or not feature.known(feature.until)
    assert feature.stable is None or feature.needed_flag(feature.stable) == ""
    assert feature.needed_flag(feature.since) == feature.flag
