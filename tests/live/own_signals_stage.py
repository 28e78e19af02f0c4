"""A Prometheus with a node whose text file a test writes, its rules, and a policy with signals of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from gonogo.disk import durable
from gonogo.model.outcome import JudgedCondition, Outcome
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import PolicyFile, load
from gonogo.programs.processes import node_exporter, prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text
from tests.waiting import await_true

POLICY: Mapping[str, object] = {
    "version": 1,
    "preset": None,
    "realm": "prod",
    "runs": {"required": []},
    "rules": ["rules.yml"],
    "tests": [],
}


@dataclass(frozen=True, slots=True)
class Stage:
    """The servers and their folder. The node has the labels of realm ``prod``."""

    folder: Path
    node: RunningServer
    server: RunningServer

    def export(self, *lines: str) -> None:
        """Let exactly these samples be there, and wait until the server has scraped the last one."""
        marker = f'written{{n="{hash(lines)}"}}'
        text = "".join(f"{line}\n" for line in (*lines, f"{marker} 1"))
        durable.replace(self.folder / "textfile" / "own.prom", text.encode())
        await_true(lambda: query(Client(), self.server.url, marker).series)

    def load_rules(self, *groups: Mapping[str, object], in_policy: bool = True) -> None:
        """Load these rule groups, and wait until each rule was evaluated."""
        text = yaml.safe_dump({"groups": list(groups)})
        (self.folder / "loaded.yml").write_text(text, encoding="utf-8")
        (self.folder / "rules.yml").write_text(text if in_policy else "groups: []\n", encoding="utf-8")
        assert Client().send("POST", self.server.url, "/-/reload").status == 200
        names = [group["name"] for group in groups]
        await_true(lambda: self._evaluated(names))

    def _evaluated(self, names: Sequence[object]) -> bool:
        loaded = rules(Client(), self.server.url)
        states = [state for group in loaded for state in group.rules]
        return [group.name for group in loaded] == names and all(state.evaluated_at for state in states)

    def policy(self, changes: Mapping[str, object]) -> PolicyFile:
        """Write a policy."""
        path = self.folder / "gonogo.yaml"
        path.write_text(yaml.safe_dump({**POLICY, **changes}), encoding="utf-8")
        return load(path)

    def decide(self, changes: Mapping[str, object]) -> Report:
        """Decide by a policy."""
        return decide(self.policy(changes), self.server.url)

    def until(self, changes: Mapping[str, object], seen: Callable[[Report], object]) -> Report:
        """Decide until the report shows something."""
        last: list[Report] = []

        def come() -> object:
            last[:] = [self.decide(changes)]
            return seen(last[0])

        try:
            await_true(come)
        except AssertionError:
            pytest.fail(f"never seen:\n{report_text(last[0])}")
        return last[0]


def is_verdict(verdict: Verdict) -> Callable[[Report], bool]:
    """Return a function that returns whether the verdict is this one."""
    return lambda report: report.judgement.verdict is verdict


def checks(report: Report, subject: int = 0) -> dict[str, JudgedCondition]:
    """Return the checks of a subject by their conditions."""
    return {check.condition: check for gate in report.judgement.subjects[subject].gates for check in gate.checks}


def outcomes(report: Report) -> dict[str, str]:
    """Return the first reason of each UNKNOWN condition, and the outcome of the others."""
    return {
        name: check.doubts[0].reason.value if check.outcome is Outcome.UNKNOWN else check.outcome.value
        for name, check in checks(report).items()
    }


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Run the servers. Everything happens every second."""
    (folder / "textfile").mkdir(parents=True)
    with ExitStack() as held:
        node = held.enter_context(node_exporter(folder / "textfile"))
        targets = {"targets": [node.url.removeprefix("http://")], "labels": {"metric_realm": "prod"}}
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": ["loaded.yml"],
            "scrape_configs": [{"job_name": "node", "static_configs": [targets]}],
        }
        (folder / "loaded.yml").write_text("groups: []\n", encoding="utf-8")
        (folder / "rules.yml").write_text("groups: []\n", encoding="utf-8")
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        server = held.enter_context(prometheus(folder / "p", folder / "prometheus.yml"))
        yield Stage(folder, node, server)
