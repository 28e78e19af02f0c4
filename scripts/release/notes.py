"""Cuts the notes of a release out of the changelog, and refuses a tag that does not fit.

notes.py v1.2.3
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class UnfitTagError(Exception):
    """The reason why no release can be made from a tag."""


def main(tag: str) -> int:
    """Print the notes, or the reason why there are none."""
    try:
        print(notes(tag, version(ROOT), (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")))
    except UnfitTagError as reason:
        print(f"{tag}: {reason}", file=sys.stderr)
        return 1
    return 0


def version(root: Path) -> str:
    """Read the version of the package without importing it."""
    text = (root / "src/gonogo/version.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if found is None:
        raise UnfitTagError("src/gonogo/version.py has no line __version__")
    return found[1]


def notes(tag: str, packaged: str, changelog: str) -> str:
    """Return the section of the changelog that a tag is about.

    Args:
        tag: a v and the version.
        packaged: the version that the package has.
        changelog: the whole text, in the form of Keep a Changelog.
    """
    if tag != f"v{packaged}":
        raise UnfitTagError(f"the package has version {packaged}, so the tag must be v{packaged}")
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    named = [text for text in sections if text.startswith(f"[{packaged}]")]
    if len(named) != 1:
        raise UnfitTagError(f"CHANGELOG.md has {len(named)} sections ## [{packaged}]; it must have one")
    title, _, body = named[0].partition("\n")
    if not re.fullmatch(r"\[[^\]]+\] - \d{4}-\d{2}-\d{2}", title.strip()):
        raise UnfitTagError(
            f"CHANGELOG.md: the title '## {title.strip()}' has no date; write ## [{packaged}] - YYYY-MM-DD"
        )
    text = re.sub(r"^\[[^\]]+\]: \S+$", "", body, flags=re.MULTILINE).strip()
    if not re.search(r"^- ", text, re.MULTILINE):
        raise UnfitTagError(f"CHANGELOG.md: the section [{packaged}] says nothing")
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
