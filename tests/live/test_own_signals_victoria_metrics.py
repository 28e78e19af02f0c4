"""Expressions and alerts of a policy on a real VictoriaMetrics, with rules of vmalert and targets of vmagent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from gonogo.disk import durable
from gonogo.model.verdict import Report, Verdict
from gonogo.policy.load import load
from gonogo.programs.processes import node_exporter
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text
from tests.live.own_signals_stage import POLICY, checks, outcomes
from tests.more_servers import victoria_metrics, vmagent, vmalert
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("own-signals-of-victoria")]

VISIBLE = 150.0
"""Seconds: alerts see only what is older than 30 s, and a new metric is found after up to 10 s."""

RULES = {
    "groups": [
        {
            "name": "own",
            "interval": "2s",
            "rules": [
                {"alert": "QueueLong", "expr": "queue_length > 10", "labels": {"severity": "page"}},
                {"record": "queue:double", "expr": "2 * queue_length"},
            ],
        }
    ]
}
SIGNALS = {
    "nodes": {"expr": "sum by (metric_realm) (up)"},
    "double": {"expr": "max by (metric_realm) (queue:double)", "interval": "2s"},
    "metricsql": {"expr": "sum by (metric_realm) (queue_length default 0)", "interval": "2s"},
    "bad": {"expr": "nosuch(queue_length)", "interval": "2s"},
    "pages": {"alerts": {"severity": "page"}},
}
GOOD = ["nodes == 1", "nodes == 1 for 60s", "double < 20", "pages == 0"]


class Family:
    """The folder with the policy, and the servers that the policy names."""

    def __init__(self, folder: Path, servers: Mapping[str, object]) -> None:
        self.folder = folder
        self.servers = servers

    def export(self, queue: int) -> None:
        """Let the queue have this length."""
        durable.replace(self.folder / "textfile" / "queue.prom", f"queue_length {queue}\n".encode())

    def decide(self, *required: str) -> Report:
        """Decide by these conditions."""
        gates = {"g": {"require": list(required)}}
        policy = {**POLICY, "prometheus": self.servers, "signals": SIGNALS, "gates": gates}
        (self.folder / "gonogo.yaml").write_text(yaml.safe_dump(policy), encoding="utf-8")
        return decide(load(self.folder / "gonogo.yaml"))

    def until(self, verdict: Verdict, *required: str) -> Report:
        """Decide until the verdict is this one."""
        last: list[Report] = []

        def come() -> bool:
            last[:] = [self.decide(*required)]
            return last[0].judgement.verdict is verdict

        try:
            await_true(come, VISIBLE)
        except AssertionError:
            pytest.fail(f"never {verdict}:\n{report_text(last[0])}")
        return last[0]


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    """Start the store, what scrapes, and what evaluates the rules."""
    (tmp_path / "textfile").mkdir()
    (tmp_path / "rules.yml").write_text(yaml.safe_dump(RULES), encoding="utf-8")
    with ExitStack() as held:
        node = held.enter_context(node_exporter(tmp_path / "textfile"))
        targets = {"targets": [node.url.removeprefix("http://")], "labels": {"metric_realm": "prod"}}
        scrape = {
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [{"job_name": "n", "static_configs": [targets]}],
        }
        (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(scrape), encoding="utf-8")
        store = held.enter_context(victoria_metrics(tmp_path / "store"))
        agent = held.enter_context(vmagent(tmp_path / "agent", tmp_path / "prometheus.yml", store.url))
        evaluator = held.enter_context(vmalert(tmp_path / "alert", [tmp_path / "rules.yml"], store.url))
        urls = {"url": store.url, "rules_url": evaluator.url, "targets_url": agent.url}
        yield Family(tmp_path, {**urls, "config": None, "dialect": "victoriametrics"})


@pytest.mark.time_limit(600)
def test_own_signals_are_judged_on_victoria_metrics(family: Family) -> None:
    """Expressions and alerts are GO and NO-GO. MetricsQL has a value of unknown sources, and a mistake is named.

    Without the address of vmalert, no alert proves anything.
    """
    family.export(3)
    family.until(Verdict.GO, *GOOD)
    found = family.decide(*GOOD, "metricsql < 20", "bad == 1", "pages == 0 for 60s")
    assert outcomes(found) == {
        **dict.fromkeys(GOOD, "PASS"),
        "metricsql < 20": "source-unknown",
        "bad == 1": "rule-unhealthy",
        "pages == 0 for 60s": "gappy",
    }
    assert checks(found)["metricsql < 20"].value == 3
    assert "nosuch" in checks(found)["bad == 1"].detail
    family.export(30)
    found = family.until(Verdict.NO_GO, "pages == 0")
    assert "(firing: QueueLong)" in checks(found)["pages == 0"].detail
    family.until(Verdict.GO, "pages > 0 for 60s")
    family.servers = {key: value for key, value in family.servers.items() if key != "rules_url"}
    assert outcomes(family.decide("pages >= 0")) == {"pages >= 0": "drifted"}
