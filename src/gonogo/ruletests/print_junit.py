"""A run of rule tests as JUnit XML, the form that CI servers read.

The document has a test case for each file, one for the coverage and one for each surviving mutant, if those were
measured. The document has a failure exactly when the command fails.

Source: the schema of Apache Ant's JUnit task, as Jenkins and GitLab read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from gonogo.model.outcome import Outcome
from gonogo.model.plain import plain
from gonogo.ruletests.core.measures import MutantReport
from gonogo.ruletests.core.report import FileReport, UnitReport
from gonogo.ruletests.print import argued_line, coverage_lines, mutants_line, survivor_lines, untried_line
from gonogo.ruletests.silent.passes import NO_TESTS_FOUND

SUITE = "promql-unit"


class _Case(Struct, frozen=True):
    """A test case. It fails if it has a reason, which is one word. The notes are further information."""

    name: str
    file: str = ""
    reason: str = ""
    detail: str = ""
    notes: str = ""
    seconds: float | None = None

    def written(self) -> Iterator[str]:
        """Yield the lines of the test case."""
        file = f" file={_quoted(self.file)}" if self.file else ""
        time = "" if self.seconds is None else f' time="{self.seconds:.3f}"'
        opening = f'    <testcase classname="{SUITE}" name={_quoted(self.name)}{file}{time}'
        if not (self.reason or self.notes):
            yield f"{opening}/>"
            return
        yield f"{opening}>"
        if self.reason:
            message = _quoted(self.detail.partition("\n")[0])
            yield f"      <failure type={_quoted(self.reason)} message={message}>{_text(self.detail)}</failure>"
        if self.notes:
            yield f"      <system-out>{_text(self.notes)}</system-out>"
        yield "    </testcase>"


def unit_junit(report: UnitReport) -> str:
    """Write the report as one XML document, ending in a line feed."""
    cases = tuple(_cases(report))
    failures = sum(bool(case.reason) for case in cases)
    counts = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="0"'
    times = f'time="{report.seconds:.3f}"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<testsuites {counts} {times}>",
            f'  <testsuite name="{SUITE}" {counts} {times}>',
            *(line for case in cases for line in case.written()),
            "  </testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _cases(report: UnitReport) -> Iterator[_Case]:
    for one in report.nowhere:
        place, text = one.problem.where.path if one.problem.where else "", str(one.problem)
        reason, detail, notes = ("", "", text) if one.allowed else (one.silent_pass, text, "")
        yield _Case(place or one.silent_pass, place, reason, detail, notes)
    yield from map(_file, report.files)
    if not (report.nowhere or report.files):
        yield _Case("tests", "", NO_TESTS_FOUND, "no test file was run")
    if report.coverage is not None or report.shortfall:
        notes = "\n".join(coverage_lines(report.coverage)) if report.coverage else ""
        seconds = report.coverage.seconds if report.coverage else None
        yield _Case("coverage", "", "coverage" if report.shortfall else "", report.shortfall, notes, seconds)
    if report.mutants is not None:
        yield from _mutants(report.mutants)


def _file(file: FileReport) -> _Case:
    notes = "\n".join(
        f"{one.problem} [{one.silent_pass}, allowed: {one.allowed}]" for one in file.findings if one.allowed
    )
    failing = file.outcome is not Outcome.PASS
    reason, detail = (file.reason, file.detail) if failing else ("", "")
    return _Case(file.path, file.path, reason, detail, notes, file.seconds)


def _mutants(mutants: MutantReport) -> Iterator[_Case]:
    untried = untried_line(mutants)
    yield _Case("mutants", "", "untried" if untried else "", untried, mutants_line(mutants), mutants.seconds)
    for one in mutants.survived:
        yield _Case(f"mutant {one.mutant}", one.rule.where.path, "survived", "\n".join(survivor_lines(one)))
    for one in mutants.argued:
        yield _Case(f"mutant {one.mutant}", one.rule.where.path, notes=argued_line(one))
    for problem in mutants.problems:
        name, path = (f"argument at {problem.where}", problem.where.path) if problem.where else ("argument", "")
        yield _Case(name, path, "argument", str(problem))


def _quoted(text: str) -> str:
    return quoteattr(plain(text), {"\n": "&#10;", "\t": "&#9;"})


def _text(text: str) -> str:
    """Write a text without control characters and halves of characters, which XML cannot have."""
    return escape(plain(text))
