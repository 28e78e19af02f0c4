"""Reads a baseline, compares the current findings with it, and writes it again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from gonogo.disk import durable
from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.errors import ActionFailed, Position, UsageError, cause_of
from gonogo.lint.core.baseline import Baseline, new_findings, read_baseline, write_baseline
from gonogo.lint.core.report import LintReport
from gonogo.model.finding import Finding, Span


def known_findings(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        UsageError: the file does not exist, or is not a baseline.
    """
    try:
        text = read_text(path, str(path))
    except Unreadable as error:
        raise UsageError(
            "the baseline cannot be read",
            where=str(path),
            why=error.problem.message,
            next_step=f"gonogo lint --baseline {path} --write-baseline",
        ) from error
    return read_baseline(text, os.path.abspath(path))  # noqa: PTH100 - resolve() would follow its links


def compared(report: LintReport, baseline: Baseline) -> LintReport:
    """Return the report without the findings that the baseline knows, and with its entries that no longer occur."""
    names = {os.path.abspath(path): path for path in _paths(report.findings)}  # noqa: PTH100 - the same
    found = new_findings(_renamed(report.findings, {path: name for name, path in names.items()}), baseline)
    new = tuple(_renamed(found.new, names))
    return replace(report, findings=new, baselined=found.baselined, gone=found.gone)


def keep_findings(path: Path, report: LintReport) -> None:
    """Write all findings of a report as the baseline at ``path``, in one step.

    Raises:
        ActionFailed: the baseline cannot be written.
    """
    place = Path(os.path.abspath(path))  # noqa: PTH100 - the same
    absolute = {name: os.path.abspath(name) for name in _paths(report.findings)}  # noqa: PTH100 - the same
    text = write_baseline(_renamed(report.findings, absolute), str(place.parent))
    try:
        durable.replace(place, text.encode())
    except OSError as error:
        raise ActionFailed(
            "the baseline cannot be written",
            where=str(path),
            why=cause_of(error),
            next_step="make sure that its folder exists and has free space",
        ) from error


def _paths(findings: Iterable[Finding]) -> set[str]:
    return {finding.where.start.path for finding in findings}


def _renamed(findings: Iterable[Finding], names: dict[str, str]) -> Iterable[Finding]:
    for finding in findings:
        start = finding.where.start
        place = Position(names[start.path], start.line, start.column)
        yield replace(finding, where=Span(place, finding.where.length))
