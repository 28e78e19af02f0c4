"""The outcome of a run of test files."""

from __future__ import annotations

import pytest

from gonogo.errors import Problem
from gonogo.model.outcome import Outcome
from gonogo.ruletests.core.report import FileReport, SilentFinding, UnitReport

SILENT = SilentFinding("no-tests", Problem(None, "there are none"))
ALLOWED = SilentFinding("no-tests", Problem(None, "there are none"), "later")


@pytest.mark.parametrize(
    ("file", "outcome", "reason", "detail"),
    [
        (FileReport("a", True), "PASS", "", ""),
        (FileReport("a", True, findings=(ALLOWED,)), "PASS", "", ""),
        (FileReport("a", True, findings=(SILENT,)), "FAIL", "no-tests", "there are none"),
        (FileReport("a", False, "got: nil", (SILENT,)), "FAIL", "failed", "there are none\ngot: nil"),
        (FileReport("a", None, "it is a folder"), "FAIL", "unreadable", "it is a folder"),
        (FileReport("a", None, "a key", vmalert_only=True), "UNKNOWN", "vmalert-only", "a key"),
    ],
)
def test_the_outcome_of_a_file_needs_more_than_a_pass_of_promtool(
    file: FileReport, outcome: str, reason: str, detail: str
) -> None:
    """Findings that are not allowed fail the file."""
    assert (file.outcome, file.reason, file.detail) == (outcome, reason, detail)


def test_the_outcome_of_a_run_is_the_worst_of_its_files() -> None:
    """A run without files fails, and an allowed lack of files does not."""
    good, bad, open_ = FileReport("a", True), FileReport("b", False), FileReport("c", None, vmalert_only=True)
    assert UnitReport(()).outcome is Outcome.FAIL
    assert UnitReport((good,)).outcome is Outcome.PASS
    assert UnitReport((good, bad)).outcome is Outcome.FAIL
    assert UnitReport((good, open_)).outcome is Outcome.UNKNOWN
    assert UnitReport((good, open_, bad)).outcome is Outcome.FAIL
    assert UnitReport((good,), (SILENT,)).outcome is Outcome.FAIL
    assert UnitReport((), (ALLOWED,)).outcome is Outcome.PASS
