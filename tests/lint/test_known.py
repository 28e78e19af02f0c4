"""Tests of a baseline on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, Position, UsageError
from gonogo.lint.core.report import LintReport
from gonogo.lint.known import compared, keep_findings, known_findings
from gonogo.model.finding import Finding, Severity, Span


def report(*places: tuple[str, str]) -> LintReport:
    """Return a report of findings by path and message."""
    found = (Finding("x", Severity.ERROR, Span(Position(path, 3, 4)), message) for path, message in places)
    return LintReport(tuple(found), 1, 1)


def test_a_baseline_that_is_none_is_an_error_of_usage(tmp_path: Path) -> None:
    """A missing baseline never counts as an empty one."""
    with pytest.raises(UsageError, match="cannot be read"):
        known_findings(tmp_path / "missing.json")
    (tmp_path / "none.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="not a baseline"):
        known_findings(tmp_path / "none.json")


def test_a_baseline_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """The error says why, and does not change the result of the lint."""
    with pytest.raises(ActionFailed, match="cannot be written"):
        keep_findings(tmp_path / "no" / "folder.json", report())


def test_what_is_known_is_known_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the folder of the baseline, in every spelling."""
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    keep_findings(Path("known.json"), report(("sub/a.yml", "one"), ("sub/a.yml", "two")))
    monkeypatch.chdir(tmp_path / "sub")
    found = report(("a.yml", "one"), ("a.yml", "three"))
    left = compared(found, known_findings(Path("../known.json")))
    assert left.findings == found.findings[1:]
    assert left.baselined == 1
    assert [(gone.path, gone.message) for gone in left.gone] == [("sub/a.yml", "two")]
    absolute = report((str(tmp_path / "sub" / "a.yml"), "one"))
    assert compared(absolute, known_findings(tmp_path / "known.json")).findings == ()
