"""Writes a lint as JSON: schema ``gonogo/lint/v1``, with the findings of every severity."""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.formats.document import document
from gonogo.lint.core.report import LintReport
from gonogo.model.finding import Finding

SCHEMA = "gonogo/lint/v1"


def lint_json(report: LintReport) -> str:
    """Return the report as one JSON document, indented, ending in a line feed."""
    return document(lint_value(report), indented=True).decode()


def lint_value(report: LintReport) -> Mapping[str, object]:
    """Return the document as plain values."""
    return {
        "schema": SCHEMA,
        "findings": [_finding(finding) for finding in report.findings],
        "files": report.files,
        "rules": report.rules,
    }


def _finding(finding: Finding) -> Mapping[str, object]:
    start = finding.where.start
    return {
        "check": finding.check,
        "severity": finding.severity,
        "path": start.path,
        "line": start.line,
        "column": start.column,
        "message": finding.message,
        "rule": finding.rule,
    }
