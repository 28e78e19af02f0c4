"""Writes the pages of docs/ that are made from the code; ``--check`` only compares.

Each page is a function from nothing to text, listed in ``PAGES``.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Mapping
from inspect import cleandoc
from pathlib import Path

from gonogo import gates
from gonogo.gates.catalogue import PRESET_GATES
from gonogo.model.preset_gate import PresetGate

DOCS = Path(__file__).resolve().parents[2] / "docs"


def gates_page() -> str:
    """Join the docstrings of the gates' files, in the order of the reports."""
    modules = [importlib.import_module(f"gonogo.gates.{found.name}") for found in pkgutil.iter_modules(gates.__path__)]
    texts = {id(module.GATE): module.__doc__ or "" for module in modules if hasattr(module, "GATE")}
    intro = (
        "# The gates of the preset\n\n"
        "Made by `make docs` from the files in `src/gonogo/gates`. The thresholds stand in the policy, "
        "and nowhere else; see [policy.md](policy.md)."
    )
    return "\n\n".join([intro, *(_section(gate, texts[id(gate)]) for gate in PRESET_GATES)]) + "\n"


def _section(gate: PresetGate, docstring: str) -> str:
    demoted = re.sub(r"^## ", "### ", cleandoc(docstring), flags=re.MULTILINE)
    return f"## {gate.name}\n\n{demoted}"


PAGES: Mapping[str, Callable[[], str]] = {"gates.md": gates_page}


def main(arguments: list[str]) -> int:
    """Write every page, or name those that are not what the code makes of them."""
    stale = 0
    for name, make in PAGES.items():
        page = DOCS / name
        text = make()
        if arguments == ["--check"] and (not page.exists() or page.read_text(encoding="utf-8") != text):
            print(f"docs/{name} is not what the code makes of it; run make docs", file=sys.stderr)
            stale += 1
        elif arguments != ["--check"]:
            page.write_text(text, encoding="utf-8")
            print(f"docs/{name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
