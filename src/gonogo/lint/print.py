"""Writes a lint as text: each finding with its line, the faulty part underlined, and a last line of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from unicodedata import combining, east_asian_width

from gonogo.formats.document import document
from gonogo.formats.yaml import lines_of
from gonogo.lint.core.report import Fingerprint, LintReport
from gonogo.model.finding import Finding, Severity, Span
from gonogo.model.plain import counted, one_line

WIDEST = 100
"""How many columns of a source line are shown. Of a longer line, only the part around the mark is shown."""

_NEAR = 500
"""How many characters before and after the mark are read. A line may be as long as a whole file."""

_TAB = 4
_CUT = "…"
_MARGIN = "    "


def lint_text(report: LintReport, columns: int | None = None) -> str:
    """Return the report as text for a person, ending in a line feed. ``columns`` is the width of the terminal."""
    margins = len(_MARGIN) + 2 * len(_CUT)
    widest = WIDEST if columns is None else max(20, min(WIDEST, columns - margins))
    return "\n".join(_lines(report, widest)) + "\n"


def _lines(report: LintReport, widest: int) -> Iterator[str]:
    sources: dict[str, Sequence[str]] = {}
    for finding in report.findings:
        yield _headline(finding)
        path = finding.where.start.path
        if path not in sources:
            sources[path] = lines_of(report.texts[path]) if path in report.texts else ()
        yield from _excerpt(sources[path], finding.where, widest)
    yield from map(_gone, report.gone)
    yield _summary(report)


def _gone(known: Fingerprint) -> str:
    text = f"'{one_line(known.text)}' " if known.text else ""
    return f"{one_line(known.path)}: no longer found, remove it from the baseline: {text}{_of(known)}"


def _headline(finding: Finding) -> str:
    where = one_line(str(finding.where.start))
    return f"{where}: {finding.severity}: {one_line(finding.message)} {_of(finding)}"


def _of(one: Finding | Fingerprint) -> str:
    return f"[{one_line(one.check)}]{f' ({one_line(one.rule)})' if one.rule else ''}"


def _excerpt(lines: Sequence[str], where: Span, widest: int) -> Iterator[str]:
    """Yield a source line and a line that underlines a part of it; nothing if the file has no such line."""
    start = where.start
    if not 1 <= start.line <= len(lines):
        return
    line = lines[start.line - 1]
    skipped = max(0, start.column - _NEAR) if len(line) > 2 * _NEAR else 0
    near = line[skipped : skipped + 2 * _NEAR]
    cells = [_cell(character) for character in near]
    first = min(max(start.column, 1) - 1 - skipped, len(cells))
    last = min(first + max(where.length, 1), len(cells))
    left, right = _window(cells, first, last, widest)
    before = _CUT if left or skipped else ""
    after = _CUT if right < len(cells) or skipped + len(near) < len(line) else ""
    shown = before + "".join(text for text, _ in cells[left:right]) + after
    indent = len(before) + _width(cells[left:first])
    marked = max(1, _width(cells[first : min(last, right)]))
    yield (_MARGIN + shown).rstrip()
    yield f"{_MARGIN}{' ' * indent}^{'~' * (marked - 1)}"


def _cell(character: str) -> tuple[str, int]:
    """Return a character in printable form, and the number of columns that it takes."""
    if character == "\t":
        return " " * _TAB, _TAB
    safe = one_line(character)
    if len(safe) > 1:
        return safe, len(safe)
    if combining(character):
        return safe, 0
    return safe, 2 if east_asian_width(character) in {"W", "F"} else 1


def _window(cells: Sequence[tuple[str, int]], first: int, last: int, widest: int) -> tuple[int, int]:
    """Return the range of characters to show: all of a short line, else the marked part and some text before it."""
    if _width(cells) <= widest:
        return 0, len(cells)
    left, room = first, widest - min(_width(cells[first:last]), widest * 3 // 4)
    before = room // 2
    while left > 0 and before >= cells[left - 1][1]:
        left -= 1
        before -= cells[left][1]
    right, taken = left, 0
    while right < len(cells) and taken + cells[right][1] <= widest:
        taken += cells[right][1]
        right += 1
    return left, right


def _width(cells: Sequence[tuple[str, int]]) -> int:
    return sum(columns for _, columns in cells)


def _summary(report: LintReport) -> str:
    counts: Mapping[Severity, int] = Counter(finding.severity for finding in report.findings)
    found = ", ".join(counted(counts.get(severity, 0), _NOUNS[severity]) for severity in Severity)
    rest = [
        f"{count} {word}" for count, word in ((report.silenced, "silenced"), (report.baselined, "baselined")) if count
    ]
    over = f"{counted(report.files, 'file')}, {counted(report.rules, 'rule')}"
    return f"{found} in {over}" + (f"; {', '.join(rest)}" if rest else "")


_NOUNS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


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
