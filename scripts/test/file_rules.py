"""Checks what no linter looks at: how requirements are pinned, and the plain form of every file.

Requirements name exact versions with hashes and no place to get them from: the
package index comes from whoever installs. Text is UTF-8 with plain line ends.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT_FOLDERS = ("src", "tests", "bench", "scripts", "docs", "requirements", ".ci", ".github")
GENERATED = ("__pycache__", ".egg-info", "_cache")
PINNED = re.compile(r"[a-z0-9][a-z0-9._-]*==[0-9][A-Za-z0-9.]*( ; [a-z_]+ [=!]= '\w+')?( --hash=sha256:[0-9a-f]{64})+")


def main() -> int:
    """Print every finding and give the exit code."""
    findings = [*unpinned(), *misshapen()]
    for finding in findings:
        print(finding, file=sys.stderr)
    return 1 if findings else 0


def unpinned() -> Iterator[str]:
    """Find requirements without a version and hashes, and options and URLs of any kind."""
    for path in sorted((ROOT / "requirements").glob("*")):
        text = re.sub(r"\s*#.*", "", path.read_text(encoding="utf-8")).replace(" \\\n   ", "")
        for requirement in filter(None, text.splitlines()):
            if not PINNED.fullmatch(requirement):
                yield f"{path.relative_to(ROOT)}: not a version with hashes: {requirement[:80]}"


def misshapen() -> Iterator[str]:
    """Find files with tabs, carriage returns, blanks at a line's end, or no line feed at the file's end."""
    for path in text_files():
        name = path.relative_to(ROOT)
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            yield f"{name}: not UTF-8"
            continue
        if text and not text.endswith("\n"):
            yield f"{name}: no line feed at the end"
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line or line != line.rstrip():
                yield f"{name}:{number}: a tab, a carriage return, or blanks at the end of the line"


def text_files() -> Iterator[Path]:
    """Give the project's own files, those of the top folder but Makefile included."""
    tops = [path for path in ROOT.iterdir() if path.suffix in {".md", ".toml"} or path.name == ".gitignore"]
    below = (path for folder in TEXT_FOLDERS for path in (ROOT / folder).rglob("*"))
    for path in sorted([*tops, *below]):
        if path.is_file() and not any(part.endswith(GENERATED) for part in path.parts):
            yield path


if __name__ == "__main__":
    sys.exit(main())
