"""Checks the words of the source, so that each can be read once.

A docstring begins with a verb or a noun, no banned word occurs, and each public class has a name of its own.
``docs/words.md`` lists the words that the project uses, and the banned ones.
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
WORDS = ROOT / "docs" / "words.md"
HEADING = "| not | but |\n|---|---|\n"

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
    word: instead
    for words, instead in re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|$", WORDS.read_text("utf-8").partition(HEADING)[2], re.MULTILINE
    )
    for word in words.split(", ")
}
"""A word that is not used, and the plain words for it."""

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
                line = node.lineno + node.value.count("\n", 0, found.start())
                yield f"{name}:{line}: {found[0]!r}: write {BANNED[found[0].lower()]} (docs/words.md)"
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
