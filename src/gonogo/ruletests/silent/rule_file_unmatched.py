"""An entry of ``rule_files`` that matches no file gets only a warning from promtool, although its rules are missing."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the entries that match no file."""
    hint = "start the path at the test file's folder, or name other places of rules: --rules PATH"
    for one in loaded.entries:
        if not one.files and not one.problem:
            yield Problem(one.entry.where, f"{one.entry.pattern} matches no file", hint)


SILENT_PASS = SilentPass("rule-file-unmatched", find)
