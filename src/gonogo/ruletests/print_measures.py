"""Coverage and mutants as lines of text: the rules without a test, and the mutants that survived."""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.model.plain import one_line, plain
from gonogo.ruletests.core.coverage import Coverage, unread_line
from gonogo.ruletests.core.mutants import MutantReport, Survivor

INDENT = "    "


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


def counted(count: int, noun: str) -> str:
    """Write a number and its noun, in the plural unless the number is 1."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
