"""An entry of ``rule_files`` that matches no file is a mere warning to promtool: the rules are not there at all."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """List the entries that match nothing."""
    hint = "paths start from the test file's folder; --rules tells where else rules live"
    for one in loaded.entries:
        if not one.files and not one.problem:
            yield Problem(one.entry.where, f"{one.entry.pattern} matches no file", hint)


SILENT_PASS = SilentPass("rule-file-unmatched", find)
