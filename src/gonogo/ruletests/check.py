"""Runs test files in promtool and looks for silent passes, for ``gonogo test`` and for the run gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from gonogo.disk.naming import shown
from gonogo.errors import UsageError
from gonogo.formats.dialect import Dialect
from gonogo.model.progress import Listener, Progress, ignored
from gonogo.model.replacing import replace
from gonogo.programs.promtool import Promtool, installed_promtool
from gonogo.ruletests.cache import UnitCache
from gonogo.ruletests.case import UnitCase, read_case
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.report import FileReport, UnitReport
from gonogo.ruletests.core.trial import Trial
from gonogo.ruletests.find import RulePlaces, find_tests
from gonogo.ruletests.running import UnitResult, run_tests
from gonogo.ruletests.silent.passes import under
from gonogo.ruletests.staging import StagedUnit, staging


class UnitOptions(Struct, frozen=True):
    """The options of a run of test files.

    Attributes:
        cache: the folder that keeps passes; ``None`` to keep none.
        allowed: the silent passes that are allowed, with the reason of each.
        progress: is called with the number of finished files.
    """

    cache: Path | None = None
    allowed: Mapping[str, str] = field(default_factory=dict)
    progress: Listener = ignored


DEFAULTS = UnitOptions()


def places_report(
    places: Sequence[str],
    rules: Sequence[Path],
    options: UnitOptions = DEFAULTS,
    *,
    features: Sequence[str] = (),
    dialect: Dialect = Dialect.PROMETHEUS,
) -> UnitReport:
    """Run the test files of some places (folders, globs, files) without a policy.

    Rule files are also found by base name below ``rules``. promtool turns on the ``features``.

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
    paths: Sequence[Path], places: RulePlaces, promtool: Promtool, options: UnitOptions = DEFAULTS
) -> UnitReport:
    """Run test files over all cores, except those that the cache knows, and report on each, sorted by path.

    The largest files are read first. They probably take longest, and they run while the others are read.

    Raises:
        MissingTool: promtool is not installed.
    """
    began = time.monotonic()
    cache = UnitCache(options.cache, promtool.key)
    wanted = sorted(set(map(shown, paths)))
    reports: dict[str, FileReport] = {}

    def report(one: FileReport) -> None:
        reports[one.path] = replace(one, findings=under(options.allowed, one.findings))
        options.progress(Progress("files", len(reports), len(wanted)))

    def to_run() -> Iterator[UnitCase]:
        for path in sorted(wanted, key=_size, reverse=True):
            read = read_case(path, places, promtool)
            if isinstance(read, FileReport):
                report(read)
            elif (known := cache.seconds(read.loaded)) is not None:
                report(replace(read.report([UnitResult(True, "", known)]), cached=True))
            else:
                yield read

    options.progress(Progress("files", 0, len(wanted)))
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


def _run(cases: Iterable[UnitCase], promtool: Promtool) -> Iterator[tuple[UnitCase, FileReport]]:
    """Run all trials of all cases, and report on a case as soon as its last trial has ended."""
    parts: list[tuple[UnitCase, range]] = []
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
                yield case, case.report([results[part] for part in places])
