"""A policy's folder around a running Prometheus: the live tree, a staged copy, and a whole reload of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from gonogo.journal.records import records
from gonogo.model.record import Record
from gonogo.model.replacing import replace
from gonogo.policy.load import PolicyFile, load
from gonogo.reload.contents import contents_of
from gonogo.reload.place import ReloadPlace, ReloadRequest, place_of
from gonogo.reload.result import ReloadResult
from gonogo.reload.snapshot import unlike
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.marker import pending
from gonogo.reload.trees.tree import live_tree
from tests.config_trees import Stand, stand
from tests.live.reload_stage import Stage

POLICY = """\
version: 1
preset: null
prometheus: {url: %s, config: live/prometheus.yml}
rules: [live/rules/*.yml]
tests: []
runs: {required: []}
journal: state/journal.sqlite
reload: {min_gap: 1ms, timeout: %s, metrics: textfile%s}
"""
NEW_RULE = "groups: [{name: second, rules: [{record: 'job:up:max', expr: 'max by (job) (up{})'}]}]"
FAILS_LATER = """
groups:
  - name: second
    rules: [{record: 'a:b', expr: 'label_replace({job="node"}, "__name__", "one", "", "") + 0'}]
"""
"""It loads, and fails when it is evaluated: every series gets the same labels."""

OLD_NAMES = {"job:up:sum", "Up"}
NEW_NAMES = OLD_NAMES | {"job:up:max"}


class Yard:
    """The folder, and the server over its live tree."""

    def __init__(self, folder: Path, live: Stage) -> None:
        """Make the folders beside the live tree."""
        self.folder = folder
        self.live = live
        self.staged = folder / "staged"
        (folder / "textfile").mkdir()

    def policy(self, more: str = "", timeout: str = "5s") -> PolicyFile:
        """Write the policy and load it; ``more`` are keys of ``reload``."""
        path = self.folder / "gonogo.yaml"
        path.write_text(POLICY % (self.live.server.url, timeout, more), encoding="utf-8")
        return load(path)

    def stage(self) -> Stage:
        """Copy the live tree to be changed."""
        shutil.rmtree(self.staged, ignore_errors=True)
        self.staged.mkdir()
        shutil.copy(self.live.configuration, self.staged)
        for folder in ("rules", "jobs"):
            if (self.live.folder / folder).exists():
                shutil.copytree(self.live.folder / folder, self.staged / folder)
        return replace(self.live, folder=self.staged)

    def request(self, **more: object) -> ReloadRequest:
        """Ask to reload from the staged copy."""
        return replace(ReloadRequest(self.policy(), staged=self.staged, beat=False), **more)  # type: ignore[arg-type]

    def in_place(self, **more: object) -> ReloadRequest:
        """Ask to reload what is live already."""
        return self.request(staged=None, **more)

    def place(self) -> ReloadPlace:
        """Give where its reloads happen."""
        return place_of(self.in_place())

    def files(self) -> Stand:
        """Give what stands in the live tree, the server's own folders left out."""
        ours = ("prometheus.yml", "rules", "jobs")
        return {name: one for name, one in stand(self.live.folder).items() if name.startswith(ours)}

    def names(self) -> set[str]:
        """Name the rules that the server has."""
        return {rule.rule.name for group in self.live.state().rules for rule in group.rules}

    def is_whole(self) -> bool:
        """Return whether the server has exactly the files on disk, and no reload is half finished."""
        tree = live_tree(self.live.configuration)
        same = not unlike(contents_of(tree, snapshot(tree)), self.live.state())
        return same and self.live.vitals().metrics.successful and pending(self.place().state) is None

    def metrics(self) -> str:
        """Give the metrics of the last reload."""
        (path,) = (self.folder / "textfile").glob("gonogo_prom_reload_*.prom")
        return path.read_text(encoding="utf-8")

    def journal(self) -> tuple[Record, ...]:
        """Give the records of reloads, the newest first."""
        return records(self.folder / "state" / "journal.sqlite", limit=500, kind="reload")


def told(result: ReloadResult) -> str:
    """Give all that a result says."""
    steps = (f"{one.step} {one.outcome}: {one.detail}" for one in result.steps)
    return "\n".join((result.became, result.detail, *steps, *result.reasons, *result.commands))
