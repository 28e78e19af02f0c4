"""Every silent pass there is, by the name that ``--allow`` calls it, and those that a file itself shows."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.silent import (
    beyond_last_step,
    never_fed,
    no_assertion,
    no_interval,
    no_rules,
    no_tests,
    not_about_rules,
    rule_file_unmatched,
    second_document,
    series_too_short,
    unknown_alert,
    unknown_metric,
    unread_input,
)
from gonogo.ruletests.silent.silent_pass import SilentFinding, SilentPass

STATIC: tuple[SilentPass, ...] = (
    no_tests.SILENT_PASS,
    second_document.SILENT_PASS,
    rule_file_unmatched.SILENT_PASS,
    no_rules.SILENT_PASS,
    no_assertion.SILENT_PASS,
    not_about_rules.SILENT_PASS,
    unknown_alert.SILENT_PASS,
    unknown_metric.SILENT_PASS,
    unread_input.SILENT_PASS,
    never_fed.SILENT_PASS,
    series_too_short.SILENT_PASS,
    no_interval.SILENT_PASS,
    beyond_last_step.SILENT_PASS,
)
"""Those that a test file and its rules show without being run."""

NO_TESTS_FOUND = "no-tests-found"
"""A place in which there is no test file at all."""

PENDING_ALERT = "pending-alert"
"""An alert that is asserted not to fire is pending, and nothing later in the test says what becomes of it."""

GROUP_ORDER = "group-order"
"""The outcome depends on the order of groups, which promtool chooses anew in every run."""

PROMTOOL_WARNING = "promtool-warning"
"""promtool warned of something, and still said SUCCESS."""

RULE_FILE_OUTSIDE = "rule-file-outside"
"""A policy's test loads a rule file that the policy does not name: it tests other rules than those that count."""

_OTHERS = (NO_TESTS_FOUND, PENDING_ALERT, GROUP_ORDER, PROMTOOL_WARNING, RULE_FILE_OUTSIDE)

IDS = tuple(sorted([*(one.id for one in STATIC), *_OTHERS]))


def silent_passes(loaded: Loaded) -> Iterator[SilentFinding]:
    """List what a test file's own text shows."""
    for one in STATIC:
        for problem in one.find(loaded):
            yield SilentFinding(one.id, problem)
