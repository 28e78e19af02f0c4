"""An expression over a metric that no rule records and no test feeds in is empty: with no samples expected, it passes.

Reported only where the expression is empty for certain because of it; ``absent(x)`` and the branches of ``or``
may well be meant. A series of ``ALERTS`` is unknown where no rule raises the alert it names.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.unknown import emptying, unknown
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """List the assertions of no samples that a metric's not being anywhere makes true."""
    is_unknown = unknown(loaded)
    for test in loaded.unit.tests:
        for one in test.expressions:
            if not one.expected and (names := emptying(one.expression, is_unknown)):
                what = ", ".join(names)
                why = f"no samples are expected, and {what} is made by no rule and fed in by no test of the file"
                yield Problem(one.where, why, "mend the name")


SILENT_PASS = SilentPass("unknown-metric", find)
