"""A lint as JSON: schema ``gonogo/lint/v1``, with the findings of every severity."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from gonogo.lint.finding import Finding
from gonogo.lint.report import LintReport

SCHEMA = "gonogo/lint/v1"


def lint_json(report: LintReport) -> str:
    """Write the report as one JSON document, indented, ending in a line feed."""
    return orjson.dumps(lint_value(report), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def lint_value(report: LintReport) -> Mapping[str, object]:
    """Build the plain values of the document."""
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
        "path": _encodable(start.path),
        "line": start.line,
        "column": start.column,
        "message": _encodable(finding.message),
        "rule": _encodable(finding.rule),
    }


def _encodable(text: str) -> str:
    """Escape what is no text, such as bytes of a path: JSON cannot hold it."""
    return text.encode(errors="backslashreplace").decode()
