"""A test that loads no rule proves nothing of any: no ``rule_files``, or files that hold no rule."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Say that nothing is named, or which entries bring no rule."""
    if loaded.unit.tests and not loaded.unit.rule_files:
        where = loaded.unit.document.position(("rule_files",))
        yield Problem(where, "no rule_files are named", "name the rules that it tests")
    for one in loaded.entries:
        if one.files and not one.rules and not one.problem:
            yield Problem(one.entry.where, f"{one.entry.pattern} holds no rule", "name the file that has the rules")


SILENT_PASS = SilentPass("no-rules", find)
