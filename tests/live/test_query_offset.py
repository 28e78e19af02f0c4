"""Rules that Prometheus evaluates in the past: allowed for where the server does it, and only there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed
from gonogo.model.outcome import Reason
from gonogo.model.verdict import Verdict
from gonogo.model.versions import reaches, release
from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.http import Client
from gonogo.server.status_api import build_info
from gonogo.verdict.core.rule_doubts import late_metrics
from gonogo.verdict.decide import decide, prepare
from gonogo.verdict.gather import gather
from gonogo.verdict.print import report_text
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions]

SINCE = (2, 53)
"""The version that brought ``query_offset`` and ``rule_query_offset``."""

POLICY = """\
version: 1
preset: null
realm: null
prefix: duri
signals: {{own: {{metric: own}}, usual: {{metric: usual}}}}
gates: {{g: {{require: [own >= 1, usual >= 1 for 6s]}}}}
runs: {{required: []}}
prometheus: {{url: '{url}', config: null}}
rules: [rules.yml]
tests: []
"""
RULES = """\
groups:
- name: own
  interval: 1s
  query_offset: {offset}
  rules: [{{record: own, expr: "count by (job, instance) (up)"}}]
- name: usual
  interval: 1s
  rules: [{{record: usual, expr: "count by (job, instance) (up)"}}]
"""
CONFIG = """\
global: {{scrape_interval: 1s{more}}}
rule_files: [loaded.yml]
scrape_configs: [{{job_name: self, static_configs: [{{targets: ['{target}']}}]}}]
"""


@contextmanager
def running(folder: Path, loaded: str, more: str = "") -> Iterator[RunningServer]:
    """Start a Prometheus that scrapes itself; the policy's file says an offset of 20 s, whatever is loaded.

    Prometheus takes ``rule_query_offset`` from the configuration that it starts with, not from the last reload.
    """
    configuration = folder / "prometheus.yml"
    configuration.write_text(f"global: {{scrape_interval: 1s{more}}}\n", encoding="utf-8")
    (folder / "loaded.yml").write_text(loaded, encoding="utf-8")
    (folder / "rules.yml").write_text(RULES.format(offset="20s"), encoding="utf-8")
    with prometheus(folder, configuration) as server:
        target = server.url.removeprefix("http://")
        (folder / "gonogo.yaml").write_text(POLICY.format(url=server.url), encoding="utf-8")
        configuration.write_text(CONFIG.format(target=target, more=more), encoding="utf-8")
        assert Client().send("POST", server.url, "/-/reload").status == 200
        yield server


def is_go(folder: Path) -> bool:
    """Decide once."""
    report = decide(load(folder / "gonogo.yaml"))
    return report.judgement.verdict is Verdict.GO


def lateness(folder: Path) -> dict[str, float]:
    """Give what is allowed for now, in seconds."""
    evidence = gather(prepare(load(folder / "gonogo.yaml"), None), {}).evidence
    return {name: late.seconds for name, late in late_metrics(evidence).items()}


def test_an_offset_that_is_not_loaded_is_not_allowed_for(tmp_path: Path) -> None:
    """On any version: the server has loaded a file without the offset, and its samples show that."""
    loaded = RULES.format(offset="0s").replace("  query_offset: 0s\n", "")
    with running(tmp_path, loaded):
        await_true(lambda: is_go(tmp_path))
        assert all(seconds <= 2.5 for seconds in lateness(tmp_path).values())


def test_a_loaded_offset_is_allowed_for(tmp_path: Path) -> None:
    """The offset of the group wins over that of the configuration. A version without offsets refuses both."""
    version = release(_version(tmp_path) or "")
    if not reaches(version, SINCE):
        with pytest.raises(ActionFailed), running(tmp_path, RULES.format(offset="20s"), ", rule_query_offset: 12s"):
            pass
        return
    with running(tmp_path, RULES.format(offset="20s"), ", rule_query_offset: 12s"):
        await_true(lambda: is_go(tmp_path))
        seen = lateness(tmp_path)
        assert seen["own"] == pytest.approx(20.0, abs=1.5)
        assert seen["usual"] == pytest.approx(12.0, abs=1.5)
        (tmp_path / "rules.yml").write_text(RULES.format(offset="1s"), encoding="utf-8")
        report = decide(load(tmp_path / "gonogo.yaml"))
        (subject,) = report.judgement.subjects
        own, usual = subject.gates[0].checks
        assert own.doubts[0].reason is Reason.STALE, report_text(report)
        assert usual.doubts == ()


def _version(folder: Path) -> str | None:
    (folder / "version").mkdir()
    configuration = folder / "version" / "prometheus.yml"
    configuration.write_text("{}", encoding="utf-8")
    with prometheus(folder / "version", configuration) as server:
        return build_info(Client(), server.url)
