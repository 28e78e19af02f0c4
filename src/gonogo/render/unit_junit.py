"""A run of rule tests as JUnit XML, a test case for each file; the form that CI servers read.

Source: the schema of Apache Ant's JUnit task, as Jenkins and GitLab read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from gonogo.model.outcome import Outcome
from gonogo.render.plain import plain
from gonogo.unit.report import FileReport, UnitReport

SUITE = "promql-unit"


def unit_junit(report: UnitReport) -> str:
    """Write the report as one XML document, ending in a line feed."""
    failures = sum(file.outcome is not Outcome.PASS for file in report.files) + sum(
        not n.allowed for n in report.nowhere
    )
    counts = f'tests="{len(report.files) + len(report.nowhere)}" failures="{failures}" errors="0" skipped="0"'
    times = f'time="{report.seconds:.3f}"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites {counts} {times}>",
            f'  <testsuite name="{SUITE}" {counts} {times}>',
            *_cases(report),
            "  </testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _cases(report: UnitReport) -> Iterator[str]:
    for one in report.nowhere:
        place = one.problem.where.path if one.problem.where else ""
        element = "system-out" if one.allowed else "failure"
        yield f"    <testcase {_named(place)}>"
        yield f"      <{element}>{_text(str(one.problem))}</{element}>"
        yield "    </testcase>"
    for file in report.files:
        yield from _case(file)


def _case(file: FileReport) -> Iterator[str]:
    opening = f'    <testcase {_named(file.path)} time="{file.seconds:.3f}"'
    allowed = "\n".join(
        f"{one.problem} [{one.silent_pass}, allowed: {one.allowed}]" for one in file.findings if one.allowed
    )
    if file.outcome is Outcome.PASS and not allowed:
        yield f"{opening}/>"
        return
    yield f"{opening}>"
    if file.outcome is not Outcome.PASS:
        first = file.detail.partition("\n")[0]
        yield f"      <failure type={_quoted(file.reason)} message={_quoted(first)}>{_text(file.detail)}</failure>"
    if allowed:
        yield f"      <system-out>{_text(allowed)}</system-out>"
    yield "    </testcase>"


def _named(path: str) -> str:
    return f'classname="{SUITE}" name={_quoted(path)} file={_quoted(path)}'


def _quoted(text: str) -> str:
    return quoteattr(_safe(text), {"\n": "&#10;", "\t": "&#9;"})


def _text(text: str) -> str:
    return escape(_safe(text))


def _safe(text: str) -> str:
    """Escape what XML cannot hold: control characters, and halves of characters."""
    return plain(text)
