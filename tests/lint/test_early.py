"""promtool is asked about rule files while others are read; only what it accepts counts."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from gonogo.lint.early import FIRST_BATCH, ReadFiles, accepted_early
from gonogo.lint.request import AskedPromtool
from gonogo.programs.promtool import Promtool

GOOD = "groups: [{name: g, rules: [{record: 'x:sum', expr: sum(x)}]}]\n"


def found(side: AskedPromtool) -> Future[Promtool]:
    """Return the promtool as it was found."""
    promtool = Future[Promtool]()
    promtool.set_result(side.promtool())
    return promtool


def test_whole_batches_without_a_complaint_are_accepted(tmp_path: Path) -> None:
    """The batch with a mistake and the last, incomplete one are left to the run over all files."""
    read, paths = ReadFiles(), [str(tmp_path / f"{number:02}.yml") for number in range(7 * FIRST_BATCH + 1)]
    for number, path in enumerate(paths):
        wrong = number == FIRST_BATCH
        Path(path).write_text(GOOD.replace("sum(x)", "sum(") if wrong else GOOD, encoding="utf-8")
        read.put(path)
    read.put(None)
    accepted = accepted_early(read, AskedPromtool(), found(AskedPromtool()))
    assert accepted == {*paths[:FIRST_BATCH], *paths[3 * FIRST_BATCH : 7 * FIRST_BATCH]}


def test_few_files_are_not_asked_about_early() -> None:
    """One run over all of them costs less."""
    read = ReadFiles()
    read.put("nowhere.yml")
    read.put(None)
    assert accepted_early(read, AskedPromtool(), Future[Promtool]()) == frozenset()
