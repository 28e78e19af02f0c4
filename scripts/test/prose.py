"""Checks the words of the source, so that each can be read once.

A docstring begins with a verb or a noun, no banned word occurs, and each public class has a name of its own. The words
that the project uses are in ``docs/words.md``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "gonogo"

PRONOUNS = {
    "what",
    "which",
    "whether",
    "it",
    "how",
    "that",
    "this",
    "these",
    "those",
    "such",
    "who",
    "whose",
    "where",
    "when",
    "why",
    "its",
    "they",
    "them",
    "their",
    "there",
    "nothing",
    "nobody",
    "everything",
    "everybody",
    "somebody",
    "something",
    "one",
    "ones",
    "all",
    "some",
    "any",
    "none",
    "both",
}
"""Words that must not begin a docstring: the reader does not know yet what they stand for."""

BANNED = {
    "mend": "fix",
    "mended": "fixed",
    "mends": "fixes",
    "bear": "have",
    "bears": "has",
    "hears": "is called with",
    "told": "reported",
    "tell": "say, report",
    "tells": "says, reports",
    "takes away": "removes",
    "goes over": "checks",
    "came of it": "the result",
    "became of": "the result of",
    "there is of": "(name the thing)",
    "whatever": "(name the thing)",
}
"""A word that has two lives in this project, or none for most readers, and the plain word for it."""

_BANNED = re.compile(rf"\b({'|'.join(map(re.escape, BANNED))})\b", re.IGNORECASE)
_FIRST = re.compile(r"[A-Za-z]+")


def mistakes(path: Path, names: dict[str, list[str]]) -> Iterator[str]:
    """Yield the mistakes of one module, and note its public classes in ``names``."""
    name = path.relative_to(ROOT)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node) or ""
            first = _FIRST.match(text)
            line = 1 if isinstance(node, ast.Module) else node.lineno
            if first and first[0].lower() in PRONOUNS:
                yield f"{name}:{line}: the docstring begins with {first[0]!r}: begin with a verb or a noun"
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for found in _BANNED.finditer(node.value):
                yield f"{name}:{node.lineno}: {found[0]!r}: write {BANNED[found[0].lower()]}"
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            names[node.name].append(str(name))


def main() -> int:
    """Print every mistake; 1 if there is one."""
    names: dict[str, list[str]] = defaultdict(list)
    found = [one for path in sorted(SOURCE.rglob("*.py")) for one in mistakes(path, names)]
    found += [
        f"the class {name} is defined in {' and '.join(map(str, paths))}" for name, paths in names.items() if paths[1:]
    ]
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
