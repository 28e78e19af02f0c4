"""A file without tests passes: an empty one, one that is all comments, ``tests: []``, or no ``tests`` at all."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Say that the file has no tests."""
    document = loaded.unit.document
    if not isinstance(document.value, dict):
        yield Problem(document.position(()), "the file holds no tests", "write tests, or remove it")
    elif not loaded.unit.tests:
        yield Problem(document.position(("tests",)), "there are no tests in the file", "write one, or remove the file")


SILENT_PASS = SilentPass("no-tests", find)
