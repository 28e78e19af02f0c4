"""A test that loads no rule proves nothing about any rule: it has no ``rule_files``, or those files have no rules."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the missing ``rule_files``, or each entry without a rule."""
    if loaded.unit.tests and not loaded.unit.rule_files:
        where = loaded.unit.document.position(("rule_files",))
        yield Problem(where, "there are no rule_files", "name the rule files under test")
    for one in loaded.entries:
        if one.files and not one.rules and not one.problem:
            yield Problem(one.entry.where, f"{one.entry.pattern} holds no rule", "name the file that has the rules")


SILENT_PASS = SilentPass("no-rules", find)
