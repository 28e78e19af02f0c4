"""Runs test files in promtool and looks for silent passes, for ``gonogo test`` and for the run gate."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gonogo.disk.regular_file import Unreadable
from gonogo.errors import Position, Problem
from gonogo.formats.dialect import Dialect
from gonogo.formats.test_file import read_unit
from gonogo.formats.vmalert_only import vmalert_key
from gonogo.model.versions import Version
from gonogo.programs.promtool import Promtool
from gonogo.ruletests.cache import UnitCache
from gonogo.ruletests.core.firing import Suspect, pending_problems, probing, suspects
from gonogo.ruletests.core.group_order import GroupOrders, in_order, open_orders, order_problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.report import FileReport, SilentFinding
from gonogo.ruletests.loaded import loaded
from gonogo.ruletests.material import Material, material, with_group_names
from gonogo.ruletests.rules import RulePlaces, VmalertOnly, found_here
from gonogo.ruletests.running import UnitResult, run_tests
from gonogo.ruletests.silent.passes import (
    GROUP_ORDER,
    PENDING_ALERT,
    PROMTOOL_WARNING,
    RULE_FILE_OUTSIDE,
    silent_passes,
    under,
)
from gonogo.ruletests.stage import StagedUnit, staging

Progress = Callable[[int, int], None]
"""A function that is called with the number of finished steps and the number of all steps."""


def ignore_progress(done: int, of: int) -> None:
    """Ignore the progress."""
    del done, of


@dataclass(frozen=True)
class _Case:
    """A test file to run: its material, the findings in its text, and the variants that must run as well."""

    material: Material
    loaded: Loaded
    findings: tuple[SilentFinding, ...]
    orders: GroupOrders | None
    suspected: tuple[Suspect, ...]

    def variants(self) -> Iterator[Material]:
        """Yield the material of each promtool run: the file, both group orders if the order is open, and the probes."""
        if self.orders is None:
            yield self.material
        else:
            named = with_group_names(self.material, self.orders.names)
            yield _with_text(named, in_order(self.loaded, self.orders.makers_first))
            yield _with_text(named, in_order(self.loaded, self.orders.readers_first))
        if self.suspected:
            yield _with_text(self.material, probing(self.loaded, self.suspected))


def check_files(
    paths: Sequence[Path],
    places: RulePlaces,
    promtool: Promtool,
    cache: UnitCache,
    allowed: Mapping[str, str],
    progress: Progress = ignore_progress,
    inside: Sequence[Path] | None = None,
) -> tuple[FileReport, ...]:
    """Run test files over all cores, except those that the cache knows, and return a report on each, in their order.

    The largest files are read first. They probably take longest, and they run while the others are read.

    Args:
        paths: the test files.
        places: the other places of rule files.
        promtool: the promtool to run.
        cache: the passes of earlier runs.
        allowed: the silent passes that are allowed, with the reason of each.
        progress: the function that is called with the number of finished files.
        inside: the only rule files that the tests may load; ``None`` if the tests may load any.

    Raises:
        MissingTool: promtool is not installed.
    """
    real = None if inside is None else frozenset(os.path.realpath(rule) for rule in inside)
    reports: dict[Path, FileReport] = {}

    def report_on(path: Path, report: FileReport) -> None:
        reports[path] = report
        progress(len(reports), len(paths))

    def to_run() -> Iterator[_Case]:
        for path in sorted(paths, key=_size, reverse=True):
            read = _read(path, places, real, promtool.release)
            if isinstance(read, FileReport):
                report_on(path, read)
            elif (known := cache.seconds(read.material)) is not None:
                report_on(path, replace(_report(read, (UnitResult(True, "", known),)), cached=True))
            else:
                yield read

    progress(0, len(paths))
    for case, report in _run(to_run(), promtool):
        if report.promtool and not report.findings:
            cache.keep(case.material, report.seconds)
        report_on(case.material.path, report)
    return tuple(replace(reports[path], findings=under(allowed, reports[path].findings)) for path in paths)


def _size(path: Path) -> int:
    """Return the size of a file, from which gonogo estimates its run time before reading it."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(path: Path, places: RulePlaces, inside: frozenset[str] | None, release: Version | None) -> _Case | FileReport:
    try:
        one = material(path, places)
        problems = [*one.unit.problems, *_unreadable(one), *_ambiguous(one, places)]
        if problems:
            return FileReport(str(path), None, "\n".join(map(str, problems)))
        if places.dialect is Dialect.VICTORIA_METRICS and (foreign := [*_of_vmalert_tool(one), *_vmalert_only(one)]):
            return FileReport(str(path), None, "\n".join(map(str, foreign)), vmalert_only=True)
        known = loaded(one, release)
    except Unreadable as error:
        return FileReport(str(path), None, str(error.problem))
    found = (*silent_passes(known), *(_outside(one, inside) if inside is not None else ()))
    return _Case(one, known, found, open_orders(known), suspects(known))


def _outside(one: Material, inside: frozenset[str]) -> Iterator[SilentFinding]:
    for loaded_entry in one.entries:
        if any(os.path.realpath(rule.path) not in inside for rule in loaded_entry.rules):
            entry = loaded_entry.entry
            why = f"the policy does not name the rule file {entry.pattern}: this test is about other rules"
            yield SilentFinding(RULE_FILE_OUTSIDE, Problem(entry.where, why, "name it under 'rules' in the policy"))


def _unreadable(one: Material) -> Iterator[Problem]:
    for entry in one.entries:
        if entry.unread is not None and not isinstance(entry.unread, VmalertOnly):
            yield Problem(entry.entry.where, str(entry.unread.problem))


def _vmalert_only(one: Material) -> Iterator[Problem]:
    for entry in one.entries:
        if isinstance(entry.unread, VmalertOnly):
            yield Problem(entry.entry.where, str(entry.unread.problem))


def _of_vmalert_tool(one: Material) -> Iterator[Problem]:
    if one.unit.metricsql is not None:
        why = "promtool cannot read this test file: the key 'metricsql_expr_test' belongs to vmalert-tool"
        yield Problem(one.unit.metricsql, why, "run it with vmalert-tool unittest, or write promql_expr_test")


def _hints(one: Material) -> Iterator[Problem]:
    """List the parts that promtool refuses and the programs of VictoriaMetrics read."""
    yield from _of_vmalert_tool(one)
    yield from filter(None, (vmalert_key(rule.whole, str(rule.path)) for rule in one.rules))


def _ambiguous(one: Material, places: RulePlaces) -> Iterator[Problem]:
    for entry in one.entries:
        here = found_here(entry.entry.pattern, one.path.parent)
        if entry.rules and not here and (rivals := places.ambiguous(entry.entry.pattern)):
            names = " or ".join(map(str, rivals))
            if {rule.path for rule in entry.rules} <= set(rivals):
                yield Problem(entry.entry.where, f"{entry.entry.pattern} can mean {names}", "write more of the path")


def _run(cases: Iterable[_Case], promtool: Promtool) -> Iterator[tuple[_Case, FileReport]]:
    """Run all variants of all cases, and report on a case as soon as its last variant has ended."""
    parts: list[tuple[_Case, range]] = []
    results: dict[int, UnitResult] = {}

    def variants(stage: Callable[[Material], StagedUnit]) -> Iterator[StagedUnit]:
        for case in cases:
            made = tuple(case.variants())
            parts.extend([(case, range(len(parts), len(parts) + len(made)))] * len(made))
            yield from map(stage, made)

    with staging() as stage:
        for place, result in run_tests(variants(stage), promtool):
            results[place] = result
            case, places = parts[place]
            if all(part in results for part in places):
                yield case, _report(case, [results[part] for part in places])


def _report(case: _Case, results: Iterable[UnitResult]) -> FileReport:
    ran = list(results)
    passed, words = ran[0].passed, ran[0].words
    seconds = sum(result.seconds for result in ran)
    findings = list(case.findings)
    if case.orders is not None and len(ran) > 1 and ran[0].passed is not ran[1].passed:
        passing, failing = (0, 1) if ran[0].passed else (1, 0)
        order = (case.orders.makers_first, case.orders.readers_first)[passing]
        findings.append(SilentFinding(GROUP_ORDER, order_problem(case.loaded, case.orders, order)))
        passed, words = True, ran[failing].words
    elif passed and words:
        where = Position(str(case.material.path), 1, 1)
        findings.append(SilentFinding(PROMTOOL_WARNING, Problem(where, f"promtool warns: {words.strip()}")))
        words = ""
    if case.suspected and len(ran) > 1 and not ran[-1].passed:
        found = pending_problems(case.suspected, ran[-1].words)
        findings += [SilentFinding(PENDING_ALERT, problem) for problem in found]
    if not passed:
        words = "\n".join([*filter(None, [words.rstrip()]), *map(str, _hints(case.material))])
    unit = case.material.unit
    tests, assertions = len(unit.tests), sum(len(test.assertions) for test in unit.tests)
    return FileReport(str(case.material.path), passed, words, tuple(findings), seconds, tests, assertions)


def _with_text(one: Material, text: str) -> Material:
    unit = read_unit(text, str(one.path))
    entries = tuple(replace(old, entry=entry) for old, entry in zip(one.entries, unit.rule_files, strict=True))
    return replace(one, text=text, unit=unit, entries=entries)
