"""The whole transaction on a real Prometheus 2.42: what server and disk have when it returns."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gonogo.actuators.recover_marker import pending
from gonogo.app.reloading.place import place_of
from gonogo.app.reloading.request import ReloadRequest
from gonogo.app.reloading.transaction import reload
from gonogo.journal.records import records
from gonogo.policy.load import PolicyFile, load
from gonogo.reloading.result import Became, ReloadResult, Step
from tests.config_trees import Stand, stand
from tests.live.reload_stage import Stage, stage

pytestmark = [pytest.mark.live]

POLICY = """\
version: 1
preset: null
prometheus: {url: %s, config: live/prometheus.yml}
rules: [live/rules/*.yml]
tests: []
runs: {required: []}
journal: state/journal.sqlite
reload: {min_gap: 1ms, timeout: 5s, metrics: textfile%s}
"""
NEW_RULE = "groups: [{name: second, rules: [{record: 'job:up:max', expr: 'max by (job) (up{})'}]}]"
SLOW_FAILURE = """
groups:
  - name: second
    rules: [{record: 'a:b', expr: 'label_replace({job="node"}, "__name__", "one", "", "") + 0'}]
"""


class Yard:
    """A policy's folder: the live tree under a server, a staged copy, and how to reload."""

    def __init__(self, folder: Path, live: Stage) -> None:
        self.folder = folder
        self.live = live
        self.staged = folder / "staged"
        (folder / "textfile").mkdir()

    def policy(self, more: str = "") -> PolicyFile:
        """Write the policy and load it."""
        path = self.folder / "gonogo.yaml"
        path.write_text(POLICY % (self.live.server.url, more), encoding="utf-8")
        return load(path)

    def stage(self) -> Stage:
        """Copy the live tree to be changed."""
        self.staged.mkdir()
        shutil.copy(self.live.configuration, self.staged)
        shutil.copytree(self.live.folder / "rules", self.staged / "rules")
        return replace(self.live, folder=self.staged)

    def files(self) -> Stand:
        """Give what stands in the live tree, the server's own folders left out."""
        return {
            name: one for name, one in stand(self.live.folder).items() if name.startswith(("prometheus.yml", "rules"))
        }

    def request(self, **more: object) -> ReloadRequest:
        """Ask to reload from the staged copy."""
        return replace(ReloadRequest(self.policy(), staged=self.staged, beat=False), **more)  # type: ignore[arg-type]

    def metrics(self) -> str:
        """Give the metrics of the last reload."""
        return (self.folder / "textfile" / "gonogo_prom_reload.prom").read_text(encoding="utf-8")

    def names(self) -> set[str]:
        """Name the rules that the server has."""
        return {rule.rule.name for group in self.live.state().rules for rule in group.rules}


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """Run a server over good files, in a policy's folder."""
    with stage(tmp_path / "live") as live:
        live.settled()
        yield Yard(tmp_path, live)


def told(result: ReloadResult) -> str:
    """Give all that a result says."""
    return "\n".join((result.became, result.detail, *(f"{s.step}: {s.detail}" for s in result.steps), *result.reasons))


def test_a_staged_tree_is_loaded_verified_and_kept(yard: Yard) -> None:
    """Every step passes, the journal has each before and after, the metrics say so, nothing is left half way."""
    yard.stage().rules(NEW_RULE, "second.yml")
    request = yard.request()
    result = reload(request)
    assert result.became is Became.RELOADED, told(result)
    assert yard.names() == {"job:up:sum", "Up", "job:up:max"}
    assert (yard.live.folder / "rules" / "second.yml").read_text(encoding="utf-8") == NEW_RULE
    assert pending(place_of(request).state) is None
    assert "gonogo_prom_reload_success{" in yard.metrics()
    steps = [
        str(record.detail["step"])
        for record in reversed(records(request.policy_file.journal, limit=100))
        if "step" in record.detail
    ]
    assert steps == [step.step for step in result.steps for _ in range(2)]
    assert records(request.policy_file.journal, limit=1)[0].detail["outcome"] == "reloaded"


def test_a_rule_that_fails_when_it_is_evaluated_is_rolled_back(yard: Yard) -> None:
    """The server takes it; verification does not, and the old files are loaded and verified again."""
    before = yard.files()
    yard.stage().rules(SLOW_FAILURE, "second.yml")
    request = yard.request()
    result = reload(request)
    assert result.became is Became.ROLLED_BACK, told(result)
    assert yard.files() == before
    assert yard.names() == {"job:up:sum", "Up"}
    assert pending(place_of(request).state) is None
    assert result.steps[-2].step is Step.KEEP_OLD
    assert 'outcome="rolled-back"' in yard.metrics()
