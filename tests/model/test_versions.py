"""Tests of versions in the output of programs."""

from __future__ import annotations

import pytest

from gonogo.model.versions import LEFT_OPEN, Features, Version, features_for, release, since, unknown_feature


@pytest.mark.parametrize("text", ["", "version ", "three.five", "go1.26.8", "prometheus 2x42"])
def test_a_text_without_a_release_gives_none(text: str) -> None:
    """No version is guessed."""
    assert release(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.42.0", (2, 42)),
        ("v3.16.0-rc.1", (3, 16)),
        ("3.5.3+ds1", (3, 5)),
        ("prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5)\n  go version: go1.19.8", (2, 42)),
        ("promtool, version 3.16.0 (branch: , revision: unknown)", (3, 16)),
    ],
)
def test_a_release_is_its_first_two_numbers(text: str, expected: tuple[int, int]) -> None:
    """The patch release, the build and the branch are left out."""
    assert release(text) == expected


def test_releases_compare_as_numbers() -> None:
    """3.16 is later than 3.5, and 2.55 is earlier than 3.0."""
    assert (2, 55) < LEFT_OPEN < (3, 5) < (3, 16)


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
def test_features_are_turned_on_only_in_versions_that_know_them(release: Version | None, expected: Features) -> None:
    """A version lacks newer features, and stable features need no flag. Other features are not promtool's."""
    names = ("native-histograms", EXPERIMENTAL, SELECTORS, "promql-per-step-stats")
    assert features_for(names, release) == expected


def test_the_option_names_all_flags() -> None:
    """Without flags there is no option."""
    assert Features(("a", "b")).options == ("--enable-feature=a,b",)
    assert Features((), ("a",)).options == ()


def test_a_misspelt_feature_of_promql_is_unknown() -> None:
    """Other features may have any name, because they do not change an expression's meaning."""
    assert unknown_feature("promql-experimental-function") == (
        f"promql-experimental-function is not a known feature of PromQL; did you mean {EXPERIMENTAL}?"
    )
    assert "known are promql-at-modifier, " in unknown_feature("promql-zzzzzzzz")
    for name in ("exemplar-storage", "promql-per-step-stats", EXPERIMENTAL):
        assert unknown_feature(name) == ""
    assert since(EXPERIMENTAL) == "3.4"
