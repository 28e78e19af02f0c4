"""A run of rule tests as text: what fails and why, what is tolerated, and a last line of counts."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.outcome import Outcome
from gonogo.model.plain import one_line, plain
from gonogo.ruletests.core.mutants import MutantReport
from gonogo.ruletests.core.report import FileReport, UnitReport
from gonogo.ruletests.print_measures import (
    INDENT,
    argued_line,
    counted,
    coverage_lines,
    mutants_line,
    survivor_lines,
    untried_line,
)
from gonogo.ruletests.silent.silent_pass import SilentFinding


def unit_text(report: UnitReport) -> str:
    """Write the report for a person, ending in a line feed."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: UnitReport) -> Iterator[str]:
    yield from map(_finding, report.nowhere)
    for file in report.files:
        yield from _file(file)
    if report.coverage is not None:
        yield from coverage_lines(report.coverage)
    yield from filter(None, [report.shortfall])
    if report.mutants is not None:
        yield from _mutants(report.mutants)
    yield _summary(report)


def _file(file: FileReport) -> Iterator[str]:
    yield from map(_finding, file.findings)
    if file.outcome is not Outcome.PASS and file.words:
        told = {True: "promtool fails it in the other order", False: "promtool fails it", None: "it was not run"}
        yield f"{one_line(file.path)}: {told[file.promtool]}"
        yield from (f"{INDENT}{plain(line.rstrip())}" for line in file.words.splitlines())


def _finding(one: SilentFinding) -> str:
    """Write it on one line, the place first so that terminals link it."""
    allowed = f" (allowed: {one_line(one.allowed)})" if one.allowed else ""
    return f"{one_line(str(one.problem))} [{one.silent_pass}]{allowed}"


def _mutants(mutants: MutantReport) -> Iterator[str]:
    for one in mutants.survived:
        yield from survivor_lines(one)
    yield from map(argued_line, mutants.argued)
    yield from (one_line(str(problem)) for problem in mutants.problems)
    yield mutants_line(mutants)
    yield from filter(None, [untried_line(mutants)])


def _summary(report: UnitReport) -> str:
    failing = sum(file.outcome is not Outcome.PASS for file in report.files)
    passing = len(report.files) - failing
    silent = sum(file.outcome is not Outcome.PASS and bool(file.promtool) for file in report.files)
    parts = [f"{passing} of {len(report.files)} test files pass"]
    if silent:
        parts.append(f"promtool alone passes {passing + silent}, {silent} of them in silence")
    assertions = sum(file.assertions for file in report.files)
    parts.append(f"{counted(assertions, 'assertion')} in {report.seconds:.1f} s")
    if cached := sum(file.cached for file in report.files):
        parts.append(f"{cached} from the cache")
    return f"{report.outcome}: {'; '.join(parts)}"
