"""The notes of a release, cut from the changelog. An unsuitable tag makes no release."""

from __future__ import annotations

import pytest
from scripts.release.notes import ROOT, UnfitTagError, main, notes, version

CHANGELOG = """# Changelog

## [Unreleased]

- not yet

## [1.2.0] - 2026-11-28

### Added

- this
- that

## [1.1.0] - 2026-01-01

- old

[1.2.0]: somewhere
"""


@pytest.mark.parametrize(
    ("tag", "packaged", "changelog", "reason"),
    [
        ("v1.3.0", "1.2.0", CHANGELOG, "the package has version 1.2.0, so the tag must be v1.2.0"),
        ("1.2.0", "1.2.0", CHANGELOG, "the tag must be v1.2.0"),
        ("v1.2.1", "1.2.1", CHANGELOG, r"has 0 sections ## \[1.2.1\]"),
        ("v1.2.0", "1.2.0", CHANGELOG + "\n## [1.2.0] - 2026-11-29\n\n- twice\n", "has 2 sections"),
        ("v1.2.0", "1.2.0", CHANGELOG.replace(" - 2026-11-28", ""), "has no date"),
        ("v1.2.0", "1.2.0", CHANGELOG.replace("- this\n- that\n", ""), "says nothing"),
    ],
)
def test_an_unsuitable_tag_is_refused(tag: str, packaged: str, changelog: str, reason: str) -> None:
    """A published release cannot be taken back."""
    with pytest.raises(UnfitTagError, match=reason):
        notes(tag, packaged, changelog)


def test_the_notes_are_only_the_section_of_the_release() -> None:
    """The title and the links at the end of the file are left out."""
    assert notes("v1.2.0", "1.2.0", CHANGELOG) == "### Added\n\n- this\n- that"
    assert notes("v1.1.0", "1.1.0", CHANGELOG) == "- old"


def test_without_notes_the_exit_code_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    """The workflow stops there."""
    assert main("v0.0.0") == 1
    assert capsys.readouterr().err.startswith(f"v0.0.0: the package has version {version(ROOT)}, ")
