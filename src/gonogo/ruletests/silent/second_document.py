"""promtool reads the first YAML document of a test file and ignores the rest: tests after ``---`` never run."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the beginning of a second document."""
    where = loaded.unit.second_document
    if where is not None:
        yield Problem(where, "promtool ignores the second document, which begins here", "move it to a file of its own")


SILENT_PASS = SilentPass("second-document", find)
