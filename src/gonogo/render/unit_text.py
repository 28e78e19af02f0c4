"""A run of rule tests as text: what fails and why, what is tolerated, and a last line of counts."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.outcome import Outcome
from gonogo.render.plain import one_line, plain
from gonogo.unit.coverage import Coverage
from gonogo.unit.mutants import MutantReport, Survivor
from gonogo.unit.report import FileReport, UnitReport
from gonogo.unit.silent_pass import Finding

_INDENT = "    "


def unit_text(report: UnitReport) -> str:
    """Write the report for a person, ending in a line feed."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: UnitReport) -> Iterator[str]:
    yield from map(_finding, report.nowhere)
    for file in report.files:
        yield from _file(file)
    if report.coverage is not None:
        yield from _coverage(report.coverage)
    if report.uncovered:
        yield f"coverage is below the {float(report.minimum or 0):g} % that are asked for"
    if report.mutants is not None:
        yield from _mutants(report.mutants)
    yield _summary(report)


def _file(file: FileReport) -> Iterator[str]:
    yield from map(_finding, file.findings)
    if file.outcome is not Outcome.PASS and file.words:
        told = {True: "promtool fails it in the other order", False: "promtool fails it", None: "it was not run"}
        yield f"{one_line(file.path)}: {told[file.promtool]}"
        yield from (f"{_INDENT}{plain(line.rstrip())}" for line in file.words.splitlines())


def _finding(one: Finding) -> str:
    """Write it on one line, the place first so that terminals link it."""
    allowed = f" (allowed: {one_line(one.allowed)})" if one.allowed else ""
    return f"{one_line(str(one.problem))} [{one.silent_pass}]{allowed}"


def _coverage(coverage: Coverage) -> Iterator[str]:
    for one in coverage.uncovered:
        yield one_line(f"{one.rule}: not tested: {one.why}")
    for twins in coverage.duplicates:
        yield one_line(f"{twins[0]}: the same rule as {', '.join(map(str, twins[1:]))}; no test can tell them apart")
    for rule in coverage.alerts_without_firing:
        yield one_line(f"{rule}: no test expects it to fire")
    for rule in coverage.alerts_without_quiet:
        yield one_line(f"{rule}: no test expects it not to fire")
    for path in coverage.flaky:
        yield one_line(f"{path}: passed and failed without a change; it counts for nothing")
    took = f"in {coverage.seconds:.1f} s"
    yield f"coverage {coverage.percent} %: {coverage.covered} of {_counted(coverage.rules, 'rule')} {took}"


def _mutants(mutants: MutantReport) -> Iterator[str]:
    for one in mutants.survived:
        yield from _survivor(one)
    for one in mutants.argued:
        yield one_line(f"{one.rule}: {one.change}: may live: {one.argument} [{one.mutant}]")
    yield from (one_line(str(problem)) for problem in mutants.problems)
    rest = [f"{len(mutants.survived)} survived"]
    rest += [f"{len(mutants.argued)} argued for"] if mutants.argued else []
    rest += [f"{mutants.not_run} not run for want of time"] if mutants.not_run else []
    rest += [f"{mutants.stillborn} no valid rules"] if mutants.stillborn else []
    took = f"in {mutants.seconds:.1f} s, seed {mutants.seed}"
    yield f"mutants: {mutants.made} made, {mutants.killed} killed, {', '.join(rest)} ({took})"


def _survivor(one: Survivor) -> Iterator[str]:
    yield one_line(f"{one.rule}: no test notices that {one.change} [{one.mutant}]")
    yield from (f"{_INDENT}- {plain(line)}" for line in one.old.splitlines())
    yield from (f"{_INDENT}+ {plain(line)}" for line in one.new.splitlines())
    yield f"{_INDENT}{one_line(one.kill)}"


def _summary(report: UnitReport) -> str:
    failing = sum(file.outcome is not Outcome.PASS for file in report.files)
    passing = len(report.files) - failing
    silent = sum(file.outcome is not Outcome.PASS and bool(file.promtool) for file in report.files)
    parts = [f"{passing} of {len(report.files)} test files pass"]
    if silent:
        parts.append(f"promtool alone passes {passing + silent}, {silent} of them in silence")
    assertions = sum(file.assertions for file in report.files)
    parts.append(f"{_counted(assertions, 'assertion')} in {report.seconds:.1f} s")
    if cached := sum(file.cached for file in report.files):
        parts.append(f"{cached} from the cache")
    return f"{report.outcome}: {'; '.join(parts)}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
