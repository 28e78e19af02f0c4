"""Features of PromQL, sorted by what a promtool can do with them."""

from __future__ import annotations

import pytest

from gonogo.model.promtool_features import Features, features_for, since, unknown_feature
from gonogo.model.versions import Version

EXPERIMENTAL = "promql-experimental-functions"
SELECTORS = "promql-extended-range-selectors"


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ((2, 42), Features((), (EXPERIMENTAL, SELECTORS))),
        ((3, 3), Features((), (EXPERIMENTAL, SELECTORS))),
        ((3, 5), Features((EXPERIMENTAL,), (SELECTORS,))),
        ((3, 10), Features((EXPERIMENTAL, SELECTORS))),
        ((3, 16), Features((EXPERIMENTAL,))),
        (None, Features((EXPERIMENTAL,))),
    ],
)
def test_each_version_turns_on_what_it_knows(release: Version | None, expected: Features) -> None:
    """It lacks what came later, and needs no flag for what is always on; other features are not promtool's."""
    names = ("native-histograms", EXPERIMENTAL, SELECTORS, "promql-per-step-stats")
    assert features_for(names, release) == expected


def test_the_option_names_all_flags() -> None:
    """Without a flag there is none."""
    assert Features(("a", "b")).options == ("--enable-feature=a,b",)
    assert Features((), ("a",)).options == ()


def test_a_misspelt_feature_of_promql_is_unknown() -> None:
    """Other features may have any name: they change nothing of what an expression means."""
    assert unknown_feature("promql-experimental-function") == (
        f"promql-experimental-function is not a known feature of PromQL; did you mean {EXPERIMENTAL}?"
    )
    assert "known are promql-at-modifier, " in unknown_feature("promql-zzzzzzzz")
    for name in ("exemplar-storage", "promql-per-step-stats", EXPERIMENTAL):
        assert unknown_feature(name) == ""
    assert since(EXPERIMENTAL) == "3.4"
