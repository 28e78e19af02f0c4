"""Runs test files in promtool and looks for silent passes, for ``gonogo test`` and for the run gate."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gonogo.disk.naming import shown
from gonogo.disk.regular_file import Unreadable
from gonogo.errors import Position, Problem, UsageError
from gonogo.formats.dialect import Dialect
from gonogo.formats.vmalert_only import vmalert_key
from gonogo.programs.promtool import Promtool, installed_promtool
from gonogo.ruletests.cache import UnitCache
from gonogo.ruletests.core.firing import Suspect, pending_problems, probing, suspects
from gonogo.ruletests.core.group_order import GroupOrders, in_order, open_orders, order_problem
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.report import FileReport, SilentFinding, UnitReport
from gonogo.ruletests.core.trial import Trial, whole
from gonogo.ruletests.find import find_tests
from gonogo.ruletests.loading import RulePlaces, load_test
from gonogo.ruletests.running import UnitResult, run_tests
from gonogo.ruletests.silent.passes import (
    GROUP_ORDER,
    PENDING_ALERT,
    PROMTOOL_WARNING,
    RULE_FILE_OUTSIDE,
    silent_passes,
    under,
)
from gonogo.ruletests.staging import StagedUnit, staging

Progress = Callable[[int, int], None]
"""A function that is called with the number of finished steps and the number of all steps."""


def ignore_progress(done: int, of: int) -> None:
    """Ignore the progress."""
    del done, of


@dataclass(frozen=True, slots=True)
class UnitOptions:
    """The options of a run of test files.

    Attributes:
        cache: the folder that keeps passes; ``None`` to keep none.
        allowed: the silent passes that are allowed, with the reason of each.
        progress: the function that is called with the number of finished files.
    """

    cache: Path | None = None
    allowed: Mapping[str, str] = field(default_factory=dict)
    progress: Progress = ignore_progress


DEFAULTS = UnitOptions()


@dataclass(frozen=True)
class _Case:
    """A test file to run: the findings in its text, the orders of groups to try, and the alerts that may be pending."""

    loaded: Loaded
    findings: tuple[SilentFinding, ...]
    orders: GroupOrders | None
    suspected: tuple[Suspect, ...]

    def trials(self) -> tuple[Trial, ...]:
        """Return the input of each promtool run: the file, or both orders of its groups, and a probe of the alerts."""
        trials = [whole(self.loaded)]
        if self.orders is not None:
            orders = (self.orders.makers_first, self.orders.readers_first)
            trials = [in_order(self.loaded, self.orders, order) for order in orders]
        if self.suspected:
            trials.append(probing(self.loaded, self.suspected))
        return tuple(trials)


def places_report(
    places: Sequence[str],
    rules: Sequence[Path],
    options: UnitOptions = DEFAULTS,
    *,
    features: Sequence[str] = (),
    dialect: Dialect = Dialect.PROMETHEUS,
) -> UnitReport:
    """Run the test files of some places (folders, globs, files) without a policy.

    Args:
        places: the folders, globs and files.
        rules: files and folders in which rule files are found by base name.
        options: the options of the run.
        features: the features that promtool turns on.
        dialect: the dialect of the rule files.

    Raises:
        UsageError: a place or a rule file does not exist, or promtool is too old for a feature.
        MissingTool: promtool is not installed.
    """
    if gone := [str(path) for path in rules if not path.exists()]:
        raise UsageError(f"{gone[0]}: there is no such file or folder", next_step="give an existing one: --rules PATH")
    paths, nowhere = find_tests(places)
    promtool = installed_promtool(features)
    report = report_on(paths, RulePlaces(rules, dialect), promtool, options)
    return replace(report, nowhere=under(options.allowed, nowhere))


def report_on(
    paths: Sequence[Path],
    places: RulePlaces,
    promtool: Promtool,
    options: UnitOptions = DEFAULTS,
    inside: Sequence[Path] | None = None,
) -> UnitReport:
    """Run test files over all cores, except those that the cache knows, and report on each, sorted by path.

    The largest files are read first. They probably take longest, and they run while the others are read.

    Args:
        paths: the test files.
        places: the places in which rule files are found by base name.
        promtool: the promtool to run.
        options: the options of the run.
        inside: the only rule files that the tests may load; ``None`` if the tests may load any.

    Raises:
        MissingTool: promtool is not installed.
    """
    began = time.monotonic()
    cache = UnitCache(options.cache, promtool.key)
    real = None if inside is None else frozenset(map(os.path.realpath, inside))
    wanted = sorted(set(map(shown, paths)))
    reports: dict[str, FileReport] = {}

    def report(one: FileReport) -> None:
        reports[one.path] = replace(one, findings=under(options.allowed, one.findings))
        options.progress(len(reports), len(wanted))

    def to_run() -> Iterator[_Case]:
        for path in sorted(wanted, key=_size, reverse=True):
            read = _read(path, places, real, promtool)
            if isinstance(read, FileReport):
                report(read)
            elif (known := cache.seconds(read.loaded)) is not None:
                report(replace(_report(read, [UnitResult(True, "", known)]), cached=True))
            else:
                yield read

    options.progress(0, len(wanted))
    for case, one in _run(to_run(), promtool):
        if one.promtool and not one.findings:
            cache.keep(case.loaded, one.seconds)
        report(one)
    cache.tidy()
    files = tuple(reports[str(path)] for path in wanted)
    return UnitReport(files, tools={"promtool": promtool.version}, seconds=time.monotonic() - began)


def _size(path: Path) -> int:
    """Return the size of a file, from which gonogo estimates its run time before reading it."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(path: Path, places: RulePlaces, inside: frozenset[str] | None, promtool: Promtool) -> _Case | FileReport:
    try:
        loaded = load_test(path, places, promtool.release)
        unread = [one for one in loaded.entries if one.problem is not None]
        problems = [*loaded.unit.problems]
        problems += [Problem(one.entry.where, str(one.problem)) for one in unread if not one.vmalert_only]
        problems += _ambiguous(loaded, path.parent, places)
        if problems:
            return FileReport(str(path), None, "\n".join(map(str, problems)))
        foreign = [*_of_vmalert_tool(loaded), *(Problem(one.entry.where, str(one.problem)) for one in unread)]
        if foreign and places.dialect is Dialect.VICTORIA_METRICS:
            return FileReport(str(path), None, "\n".join(map(str, foreign)), vmalert_only=True)
    except Unreadable as error:
        return FileReport(str(path), None, str(error.problem))
    found = (*silent_passes(loaded), *(_outside(loaded, inside) if inside is not None else ()))
    return _Case(loaded, found, open_orders(loaded), suspects(loaded))


def _outside(loaded: Loaded, inside: frozenset[str]) -> Iterator[SilentFinding]:
    for one in loaded.entries:
        if any(source.real not in inside for source in one.sources):
            why = f"the policy does not name the rule file {one.entry.pattern}: this test is about other rules"
            problem = Problem(one.entry.where, why, "name it under 'rules' in the policy")
            yield SilentFinding(RULE_FILE_OUTSIDE, problem)


def _of_vmalert_tool(loaded: Loaded) -> Iterator[Problem]:
    if loaded.unit.metricsql is not None:
        why = "promtool cannot read this test file: the key 'metricsql_expr_test' belongs to vmalert-tool"
        yield Problem(loaded.unit.metricsql, why, "run it with vmalert-tool unittest, or write promql_expr_test")


def _hints(loaded: Loaded) -> Iterator[Problem]:
    """List the parts that promtool refuses and the programs of VictoriaMetrics read."""
    yield from _of_vmalert_tool(loaded)
    yield from filter(None, (vmalert_key(source.whole, source.path) for source in loaded.sources))


def _ambiguous(loaded: Loaded, folder: Path, places: RulePlaces) -> Iterator[Problem]:
    for one in loaded.entries:
        rivals = [str(path) for path in places.ambiguous(one.entry.pattern, folder)] if one.sources else []
        if rivals and {source.path for source in one.sources} <= set(rivals):
            why = f"{one.entry.pattern} can mean {' or '.join(rivals)}"
            yield Problem(one.entry.where, why, "write more of the path")


def _run(cases: Iterable[_Case], promtool: Promtool) -> Iterator[tuple[_Case, FileReport]]:
    """Run all trials of all cases, and report on a case as soon as its last trial has ended."""
    parts: list[tuple[_Case, range]] = []
    results: dict[int, UnitResult] = {}

    def staged(stage: Callable[[Loaded, Trial], StagedUnit]) -> Iterator[StagedUnit]:
        for case in cases:
            trials = case.trials()
            parts.extend([(case, range(len(parts), len(parts) + len(trials)))] * len(trials))
            yield from (stage(case.loaded, trial) for trial in trials)

    with staging() as stage:
        for place, result in run_tests(staged(stage), promtool):
            results[place] = result
            case, places = parts[place]
            if all(part in results for part in places):
                yield case, _report(case, [results[part] for part in places])


def _report(case: _Case, ran: Sequence[UnitResult]) -> FileReport:
    passed, words = ran[0].passed, ran[0].words
    findings = list(case.findings)
    if case.orders is not None and len(ran) > 1 and ran[0].passed is not ran[1].passed:
        passing, failing = (0, 1) if ran[0].passed else (1, 0)
        order = (case.orders.makers_first, case.orders.readers_first)[passing]
        findings.append(SilentFinding(GROUP_ORDER, order_problem(case.loaded, case.orders, order)))
        passed, words = True, ran[failing].words
    elif passed and words:
        where = Position(case.loaded.unit.path, 1, 1)
        findings.append(SilentFinding(PROMTOOL_WARNING, Problem(where, f"promtool warns: {words.strip()}")))
        words = ""
    if case.suspected and len(ran) > 1 and not ran[-1].passed:
        found = pending_problems(case.suspected, ran[-1].words)
        findings += [SilentFinding(PENDING_ALERT, problem) for problem in found]
    if not passed:
        words = "\n".join([*filter(None, [words.rstrip()]), *map(str, _hints(case.loaded))])
    unit, seconds = case.loaded.unit, sum(result.seconds for result in ran)
    assertions = sum(len(test.assertions) for test in unit.tests)
    return FileReport(unit.path, passed, words, tuple(findings), seconds, len(unit.tests), assertions)
