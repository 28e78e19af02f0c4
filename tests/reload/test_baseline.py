"""The failures from before a reload, which the reload did not cause."""

from __future__ import annotations

from dataclasses import replace

from gonogo.reload.compare.scrape_files import read_scrape_files
from gonogo.reload.contents import Contents
from gonogo.reload.snapshot import Snapshot
from gonogo.reload.verify import baseline
from tests.reload.test_comparison import BEFORE, target

OLD = Contents(
    "p.yml", BEFORE.configuration, (), "", read_scrape_files("", {"a.yml": "scrape_configs: [{job_name: a}]"})
)


def test_targets_of_jobs_that_only_the_edited_files_have_are_no_excuse() -> None:
    """The server has read the edited files already. Jobs of the old scrape files are jobs of the old files."""
    targets = (target(job="node"), target(job="a"), target(job="new"))
    before = replace(BEFORE, rules=(), targets=targets)
    assert baseline(Snapshot(old=OLD, has_new=True), before).targets == targets[:2]
    assert baseline(Snapshot(old=OLD, has_new=True, has_old=True), before) is before
    assert baseline(Snapshot(has_new=True), before) is before
