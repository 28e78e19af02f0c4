"""An assertion of "no samples" passes if no rule records the metric of its expression and no test feeds it in.

A finding needs an expression that is certainly empty because of that: ``absent(x)`` and the branches of ``or`` may be
intended. A series of ``ALERTS`` is unknown if no rule raises its alert.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.unknown import emptying, unknown
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the assertions of "no samples" that hold because a metric does not exist."""
    is_unknown = unknown(loaded)
    for test in loaded.unit.tests:
        for one in test.expressions:
            if not one.expected and (names := emptying(one.expression, is_unknown)):
                missing = ", ".join(names)
                why = f"no samples are expected, but no rule records {missing}, and no test of the file feeds it in"
                yield Problem(one.where, why, "fix the name")


SILENT_PASS = SilentPass("unknown-metric", find)
