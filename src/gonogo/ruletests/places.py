"""Runs the test files of some places (folders, globs, files) without a policy."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gonogo.disk.naming import shown
from gonogo.errors import UsageError
from gonogo.formats.dialect import Dialect
from gonogo.programs.promtool import Promtool, installed_promtool
from gonogo.ruletests.cache import UnitCache
from gonogo.ruletests.check import Progress, check_files, ignore_progress
from gonogo.ruletests.core.report import UnitReport
from gonogo.ruletests.find import find_tests
from gonogo.ruletests.rules import RulePlaces
from gonogo.ruletests.silent.passes import under


def places_report(
    places: Sequence[str],
    rules: Sequence[Path],
    *,
    cache: Path | None = None,
    allowed: Mapping[str, str] | None = None,
    progress: Progress = ignore_progress,
    features: Sequence[str] = (),
    dialect: Dialect = Dialect.PROMETHEUS,
) -> UnitReport:
    """Run the test files of some places: folders, globs, files.

    Args:
        places: the folders, globs and files.
        rules: files and folders in which rule files are found by base name.
        cache: the folder that keeps passes; ``None`` to keep none.
        allowed: the silent passes that are allowed, with the reason of each.
        progress: the function that is called with the number of finished files.
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
    where = RulePlaces(rules, dialect)
    report = report_on(paths, where, promtool, cache=cache, allowed=allowed or {}, progress=progress)
    return UnitReport(report.files, under(allowed or {}, nowhere), tools=report.tools, seconds=report.seconds)


def report_on(
    paths: Sequence[Path],
    places: RulePlaces,
    promtool: Promtool,
    *,
    cache: Path | None,
    allowed: Mapping[str, str],
    progress: Progress,
    inside: Sequence[Path] | None = None,
) -> UnitReport:
    """Run test files and report on them.

    Args:
        paths: the test files.
        places: the places in which rule files are found by base name.
        promtool: the promtool to run.
        cache: the folder that keeps passes; ``None`` to keep none.
        allowed: the silent passes that are allowed, with the reason of each.
        progress: the function that is called with the number of finished files.
        inside: the only rule files that the tests may load; ``None`` if the tests may load any.

    Raises:
        MissingTool: promtool is not installed.
    """
    began = time.monotonic()
    kept = UnitCache(cache, promtool.key)
    files = check_files(sorted(set(map(shown, paths))), places, promtool, kept, allowed, progress, inside)
    kept.tidy()
    return UnitReport(files, tools={"promtool": promtool.version}, seconds=time.monotonic() - began)
