"""A run of rule tests as text: each failure with its reason, each allowed finding, and a last line of counts."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted, one_line, plain
from gonogo.ruletests.core.measures import Coverage, MutantReport, Survivor, unread_line
from gonogo.ruletests.core.report import FileReport, SilentFinding, UnitReport

INDENT = "    "


def unit_text(report: UnitReport) -> str:
    """Write the report for a person, ending in a line feed."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: UnitReport) -> Iterator[str]:
    yield from map(_finding, report.nowhere)
    for file in report.files:
        yield from _file(file)
    if report.coverage is not None:
        yield from coverage_lines(report.coverage)
    if report.mutants is not None:
        for one in report.mutants.survived:
            yield from survivor_lines(one)
        yield from map(argued_line, report.mutants.argued)
        yield from (one_line(str(problem)) for problem in report.mutants.problems)
        yield mutants_line(report.mutants)
        yield from filter(None, [untried_line(report.mutants)])
    yield _summary(report)


def _file(file: FileReport) -> Iterator[str]:
    yield from map(_finding, file.findings)
    if file.outcome is not Outcome.PASS and file.words:
        results = {True: "fails in promtool with the other order", False: "fails in promtool", None: "did not run"}
        yield f"{one_line(file.path)}: {results[file.promtool]}"
        yield from (f"{INDENT}{plain(line.rstrip())}" for line in file.words.splitlines())


def _finding(one: SilentFinding) -> str:
    """Write a finding on one line, with the place first so that terminals make it a link."""
    allowed = f" (allowed: {one_line(one.allowed)})" if one.allowed else ""
    return f"{one_line(str(one.problem))} [{one.silent_pass}]{allowed}"


def _summary(report: UnitReport) -> str:
    passing = sum(file.outcome is Outcome.PASS for file in report.files)
    silent = sum(file.outcome is not Outcome.PASS and bool(file.promtool) for file in report.files)
    parts = [_verdict(report, passing)]
    if silent:
        parts.append(f"promtool alone passes {passing + silent}, {silent} of them in silence")
    assertions = sum(file.assertions for file in report.files)
    parts.append(f"{counted(assertions, 'assertion')} in {report.seconds:.1f} s")
    if cached := sum(file.cached for file in report.files):
        parts.append(f"{cached} from the cache")
    return f"{report.outcome}: {'; '.join(parts)}"


def _verdict(report: UnitReport, passing: int) -> str:
    """Write how many files pass, and every reason beside them why the run does not."""
    files = len(report.files)
    if not files:
        text = "there is no test file" + (" (allowed)" if report.of_files is Outcome.PASS else "")
    elif report.outcome is Outcome.PASS or passing < files:
        text = f"{passing} of {files} test files pass"
    else:
        text = "the test file passes" if files == 1 else f"all {files} test files pass"
    reasons = list(_reasons(report))
    if not reasons:
        return text
    link = "but" if files and passing == files else "and"
    return f"{text}, {link} {' and '.join(filter(None, (', '.join(reasons[:-1]), reasons[-1])))}"


def _reasons(report: UnitReport) -> Iterator[str]:
    """Yield each reason, other than a failing file, why a run does not pass."""
    empty = sum(not one.allowed for one in report.nowhere)
    if empty and report.files:
        yield f"{counted(empty, 'place')} {'has' if empty == 1 else 'have'} no test file"
    if unrunnable := sum(file.vmalert_only for file in report.files):
        yield f"promtool cannot run {unrunnable}"
    if report.mutants is not None:
        if report.mutants.untried:
            yield "no mutant was tried"
        if survived := len(report.mutants.survived):
            yield f"{counted(survived, 'mutant')} survived"
        if wrong := len(report.mutants.problems):
            yield f"{counted(wrong, 'argument')} for a mutant {'is' if wrong == 1 else 'are'} wrong"
        if unread := len(report.mutants.unread):
            yield f"gonogo cannot read {counted(unread, 'expression')}"
    yield from filter(None, [report.shortfall])


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """Yield a line for each rule that is not covered, with the reason, and a last line with the percentage."""
    for one in coverage.uncovered:
        yield one_line(f"{one.rule}: not tested: {one.why}")
    for twins in coverage.duplicates:
        yield one_line(f"{twins[0]}: the same rule as {', '.join(map(str, twins[1:]))}")
    for rule in coverage.alerts_without_firing:
        yield one_line(f"{rule}: no test expects it to fire")
    for rule in coverage.alerts_without_quiet:
        yield one_line(f"{rule}: no test expects it not to fire")
    for path in coverage.flaky:
        yield one_line(f"{path}: passed and failed without a change, so this test file does not count")
    yield from (one_line(str(problem)) for problem in coverage.unread)
    if coverage.unread_expressions:
        yield one_line(unread_line(coverage.unread_expressions, coverage.rules))
    took = f"in {coverage.seconds:.1f} s"
    yield f"coverage {coverage.percent} %: {coverage.covered} of {counted(coverage.rules, 'rule')} {took}"


def survivor_lines(one: Survivor) -> Iterator[str]:
    """Yield a surviving mutant: the rule, the change, and the assertion that would kill the mutant."""
    yield one_line(f"{one.rule}: no test notices that {one.change} [{one.mutant}]")
    yield from (f"{INDENT}- {plain(line)}" for line in one.old.splitlines())
    yield from (f"{INDENT}+ {plain(line)}" for line in one.new.splitlines())
    yield f"{INDENT}{one_line(one.kill)}"


def argued_line(one: Survivor) -> str:
    """Write a mutant that may survive, and the reason."""
    return one_line(f"{one.rule}: {one.change}: may live: {one.argument} [{one.mutant}]")


def mutants_line(mutants: MutantReport) -> str:
    """Write the number of mutants, and how many were killed, survived, or did not run."""
    rest = [f"{len(mutants.survived)} survived"]
    rest += [f"{len(mutants.argued)} argued for"] if mutants.argued else []
    rest += [f"{mutants.not_run} not run because the time was over"] if mutants.not_run else []
    rest += [f"{mutants.stillborn} not valid as rules"] if mutants.stillborn else []
    rest += [f"none of {counted(len(mutants.unread), 'unread expression')}"] if mutants.unread else []
    took = f"in {mutants.seconds:.1f} s, seed {mutants.seed}"
    return f"mutants: {mutants.made} made, {mutants.killed} killed, {', '.join(rest)} ({took})"


def untried_line(mutants: MutantReport) -> str:
    """Write why no mutant was tried at all, or none of some rules; empty if every rule had its mutants tried."""
    unread = unread_line(mutants.unread, mutants.covered) if mutants.unread else ""
    if mutants.untried:
        return one_line("; ".join(filter(None, (f"no mutant was tried: {mutants.untried}", unread))))
    return one_line(f"no mutant was tried of some rules: {unread}") if unread else ""
