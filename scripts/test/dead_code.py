"""Finds definitions of ``src`` that nothing in ``src`` uses: they are dead, or they belong to the tests.

The search is by name, so a name that occurs anywhere else in ``src`` counts as used. Definitions with a decorator are
left out, since the decorator may register them, and so are methods of classes that extend a foreign class.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "gonogo"

ARGUED = {
    "HOLT_WINTERS_RENAMED": "all that depends on a version is in one module, the facts that only tests ask included",
    "RULES_BEFORE_LISTENING": "the same",
    "restart_prometheus": "hurts the sandbox; the fault matrix needs it at the stack",
    "expose": "the same",
    "whole_trials": "the slow way to an answer, which tests and a benchmark compare with the fast one",
}
"""Name -> why it stays. Ten at most."""

_WORD = re.compile(r"[A-Za-z_]\w*")


def definitions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield each definition of a module and each method of its classes: the name and the line."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
            yield node.name, node.lineno
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (name for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
            yield from ((name.id, node.lineno) for name in names)
        if isinstance(node, ast.ClassDef) and not node.bases:
            methods = (one for one in node.body if isinstance(one, ast.FunctionDef) and not _is_registered(one))
            yield from ((one.name, one.lineno) for one in methods)


def _is_registered(method: ast.FunctionDef) -> bool:
    plain = {"property", "cached_property", "staticmethod", "classmethod"}
    return any(not (isinstance(one, ast.Name) and one.id in plain) for one in method.decorator_list)


def main() -> int:
    """Print each dead definition; the exit code is 1 if there is one."""
    paths = sorted(SOURCE.rglob("*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    used = Counter(word for text in texts.values() for word in _WORD.findall(text))
    dead = 0
    for path, text in texts.items():
        for name, line in definitions(ast.parse(text)):
            if used[name] == 1 and not name.startswith("__") and name not in ARGUED:
                print(f"{path.relative_to(ROOT)}:{line}: nothing in src uses {name}", file=sys.stderr)
                dead += 1
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
