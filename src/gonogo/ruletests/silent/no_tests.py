"""A file without tests passes: an empty file, a file of comments, ``tests: []``, or no ``tests`` at all."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield a problem if the file has no tests."""
    document = loaded.unit.document
    if not isinstance(document.value, dict):
        yield Problem(document.position(()), "the file has no tests", "write tests, or remove the file")
    elif not loaded.unit.tests:
        yield Problem(document.position(("tests",)), "the list of tests is empty", "write tests, or remove the file")


SILENT_PASS = SilentPass("no-tests", find)
