"""Tests of the text of a lint: findings with their lines, and no harm to the terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import Position
from gonogo.lint.core.report import Fingerprint, LintReport
from gonogo.lint.print import WIDEST, lint_json, lint_text
from gonogo.model.finding import Finding, Severity, Span


def finding(line: int, column: int, length: int = 1, **other: str) -> Finding:
    """Return a finding in ``f``."""
    rule, message = other.get("rule", ""), other.get("message", "m")
    return Finding("no-comparison", Severity.WARNING, Span(Position("f", line, column), length), message, rule)


def excerpt(text: str, line: int, column: int, length: int = 1) -> list[str]:
    """Return the lines shown of a file for one finding."""
    report = LintReport((finding(line, column, length),), 1, 1, texts={"f": text})
    return lint_text(report).split("\n")[1:-2]


def test_a_report_without_findings_is_the_line_of_counts() -> None:
    """The text has no other line."""
    assert lint_text(LintReport((), 2, 1)) == "0 errors, 0 warnings, 0 notes in 2 files, 1 rule\n"


def test_a_finding_is_shown_with_its_underlined_line() -> None:
    """The text has place, severity, message, check and rule."""
    report = LintReport((finding(2, 7, 4, rule="A"),), 1, 1, 3, 4, texts={"f": "a:\n  expr: x + y\n"})
    assert lint_text(report) == (
        "f:2:7: warning: m [no-comparison] (A)\n"
        "      expr: x + y\n"
        "          ^~~~\n"
        "0 errors, 1 warning, 0 notes in 1 file, 1 rule; 3 silenced, 4 baselined\n"
    )


def test_several_findings_are_shown_with_the_lines_of_their_files() -> None:
    """The counts are by severity."""
    error = Finding("syntax", Severity.ERROR, Span(Position("g", 1, 1)), "m")
    report = LintReport((finding(1, 1), finding(2, 1), error), 2, 1, texts={"f": "a\r\nb\r\n", "g": "c"})
    assert [line for line in lint_text(report).split("\n") if line.startswith(" ")] == [
        *("    a", "    ^"),
        *("    b", "    ^"),
        *("    c", "    ^"),
    ]
    assert lint_text(report).endswith("1 error, 2 warnings, 0 notes in 2 files, 1 rule\n")


def test_entries_of_the_baseline_that_no_longer_occur_are_named() -> None:
    """The text says to remove them."""
    gone = (
        Fingerprint("a", "f.yml", "R", "m"),
        Fingerprint("b", "g.yml", "", "n\n"),
        Fingerprint("c", "h.yml", "", ""),
    )
    assert lint_text(LintReport((), 1, 1, gone=gone)).split("\n")[:3] == [
        "f.yml: no longer found, remove it from the baseline: 'm' [a] (R)",
        "g.yml: no longer found, remove it from the baseline: 'n\\n' [b]",
        "h.yml: no longer found, remove it from the baseline: [c]",
    ]


@pytest.mark.parametrize("text", ["", "a: 1\n"])
def test_a_finding_without_a_source_line_has_no_excerpt(text: str) -> None:
    """The finding is after the end of its file, or in an unknown file."""
    assert excerpt(text, 9, 1) == []


def test_control_characters_of_a_file_are_escaped() -> None:
    """The underline stays in place."""
    assert excerpt("a: \x1b[31mx\u202e", 1, 4, 3) == ["    a: \\x1b[31mx\\u202e", "       ^~~~~~"]
    report = LintReport((finding(1, 1, message="\x1b[2J\nGO", rule="\x9b"),), 1, 1)
    assert lint_text(report).startswith("f:1:1: warning: \\x1b[2J\\nGO [no-comparison] (\\x9b)\n")


def test_an_underline_fits_tabs_wide_and_combining_characters() -> None:
    """The underline has as many columns as the text above it."""
    assert excerpt("\ta\t: b", 1, 5, 2) == ["        a    : b", "              ^~"]
    assert excerpt("a: 日本 x", 1, 4, 2) == ["    a: 日本 x", "       ^~~~"]
    assert excerpt("e\u0301: x", 1, 5, 1) == ["    e\u0301: x", "       ^"]


@pytest.mark.parametrize(("column", "length"), [(0, 1), (-3, 0), (4, 99), (5, 1), (50, 1)])
def test_an_underline_beyond_the_line_ends_with_it(column: int, length: int) -> None:
    """A mark after the end stands right after the line."""
    _, mark = excerpt("abcd", 1, column, length)
    assert mark in {"    ^", "       ^", "        ^"}


def test_a_long_line_is_cut_around_the_mark() -> None:
    """Some text before the mark is shown, and cuts are marked."""
    line = "x" * 500 + "HERE" + "y" * 500
    shown, mark = excerpt(line, 1, 501, 4)
    assert shown.startswith("    …xx")
    assert shown.endswith("yy…")
    assert len(shown) == 4 + 1 + WIDEST + 1
    assert shown[mark.index("^") : len(mark)] == "HERE"
    shown, mark = excerpt("HERE" + "y" * 500, 1, 1, 4)
    assert (shown[:8], shown[-1], mark) == ("    HERE", "…", "    ^~~~")
    shown, mark = excerpt("x" * 500 + "HERE", 1, 501, 4)
    assert shown.endswith("xHERE")
    shown, mark = excerpt("z" * 500, 1, 1, 500)
    assert len(mark) == len(shown) - 1


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_an_excerpt_fits_the_terminal(columns: int) -> None:
    """The mark stays below the marked part, and a wide terminal does not make the excerpt longer than usual."""
    report = LintReport((finding(1, 501, 4),), 1, 1, texts={"f": "x" * 500 + "HERE" + "y" * 500})
    shown, mark = lint_text(report, columns).split("\n")[1:3]
    assert len(shown) == min(columns, 4 + 1 + WIDEST + 1)
    assert shown[mark.index("^") : len(mark)] == "HERE"


@given(st.text(max_size=300), st.integers(-2, 310), st.integers(-2, 310))
def test_any_line_gives_one_line_and_one_underline(text: str, column: int, length: int) -> None:
    """Every character of the two lines is printable."""
    lines = excerpt(text, 1, column, length)
    assert len(lines) == 2
    assert lines[1].strip("~").strip() == "^"
    assert all(character.isprintable() for line in lines for character in line)


def test_the_json_has_findings_files_and_rules() -> None:
    """The JSON has its schema. Undecodable bytes are escaped."""
    found = Finding("syntax", Severity.INFO, Span(Position("\udcff.yml", 3, 5), 7), "m", "R")
    assert json.loads(lint_json(LintReport((found,), 2, 9, 1, 1))) == {
        "schema": "gonogo/lint/v1",
        "findings": [
            {
                "check": "syntax",
                "severity": "info",
                "path": "\\udcff.yml",
                "line": 3,
                "column": 5,
                "message": "m",
                "rule": "R",
            }
        ],
        "files": 2,
        "rules": 9,
    }
