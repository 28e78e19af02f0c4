"""Versions as the programs print them."""

from __future__ import annotations

import pytest

from gonogo.model.versions import LEFT_OPEN, release


@pytest.mark.parametrize("text", ["", "version ", "three.five", "go1.26.8", "prometheus 2x42"])
def test_a_text_without_a_release_names_none(text: str) -> None:
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
