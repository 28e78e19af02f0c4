"""A file whose assertions depend on none of its rules passes with every change of those rules.

The file asserts expressions over its own input, perhaps copies of old rules. One assertion about a rule is enough for
the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.promql.selectors import selectors
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the first test of such a file."""
    asserting = [test for test in loaded.unit.tests if test.assertions]
    if not asserting or not loaded.rules or any(test.alerts for test in asserting):
        return
    if not any(_about_rules(loaded, one.expression) for test in asserting for one in test.expressions):
        why = "no assertion of the file depends on a rule that it loads"
        yield Problem(asserting[0].where, why, "assert alerts, or what the rules record")


def _about_rules(loaded: Loaded, expression: str) -> bool:
    """Return True if an expression reads the result of a rule, or cannot be read."""
    try:
        return any(loaded.graph.makers(selector) for selector in selectors(expression))
    except ValueError:
        return True


SILENT_PASS = SilentPass("not-about-rules", find)
