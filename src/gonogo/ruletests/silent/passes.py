"""Every silent pass, by the names that ``--allow`` takes, and those that gonogo finds in the text of a file."""

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
"""The silent passes that a test file and its rules show without a run."""

NO_TESTS_FOUND = "no-tests-found"
"""A place without any test file."""

PENDING_ALERT = "pending-alert"
"""An alert that an assertion expects not to fire is pending, and no later assertion sees it fire."""

GROUP_ORDER = "group-order"
"""The outcome depends on the order of groups, and promtool chooses that order anew in every run."""

PROMTOOL_WARNING = "promtool-warning"
"""promtool printed a warning, and still reported SUCCESS."""

RULE_FILE_OUTSIDE = "rule-file-outside"
"""A policy's test loads a rule file that the policy does not name, so the test is about other rules."""

_OTHERS = (NO_TESTS_FOUND, PENDING_ALERT, GROUP_ORDER, PROMTOOL_WARNING, RULE_FILE_OUTSIDE)

IDS = tuple(sorted([*(one.id for one in STATIC), *_OTHERS]))


def silent_passes(loaded: Loaded) -> Iterator[SilentFinding]:
    """Yield the silent passes that the text of a test file shows."""
    for one in STATIC:
        for problem in one.find(loaded):
            yield SilentFinding(one.id, problem)
