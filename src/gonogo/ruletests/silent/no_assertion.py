"""A test with neither ``alert_rule_test`` nor ``promql_expr_test`` feeds series in and asserts nothing."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent.silent_pass import SilentPass


def find(loaded: Loaded) -> Iterator[Problem]:
    """Yield the tests without an assertion."""
    for test in loaded.unit.tests:
        if not test.assertions:
            yield Problem(test.where, "the test asserts nothing", "give it alert_rule_test or promql_expr_test")


SILENT_PASS = SilentPass("no-assertion", find)
