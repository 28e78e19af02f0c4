"""Whole dry runs on real servers: the refusal, the abort, the certificate."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.dryrun.on_sandbox import SCRIPTED, dry_run_in_sandbox
from gonogo.dryrun.run import Moment, dry_run
from gonogo.journal.records import records
from gonogo.model.outcome import Outcome, Reason
from gonogo.model.verdict import Verdict
from gonogo.policy.load import PolicyFile, load
from gonogo.programs.processes import node_exporter, prometheus
from gonogo.reload.place import ReloadRequest
from gonogo.reload.run import as_run, reload
from gonogo.server.api import query
from gonogo.server.http import Client
from gonogo.smoke.run import smoke
from tests.command import gonogo
from tests.heard import Heard
from tests.policy_folder import RULES, TESTS
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.versions]

SECOND = timedelta(seconds=1)

POLICY = """\
version: 1
preset: null
realm: prod
rules: [rules/*.yml]
tests: [tests]
journal: journal.sqlite
prometheus: {url: %s, config: prometheus.yml}
signals: {x: {metric: duri_x, range: [0, 10]}}
gates: {level: {require: [x >= 1], abort: %s}}
dry_run:
  step: 1s
  reload: true
  certify: [share(x >= 1) >= 0.9, "mean(x) <= 2", "rises(x, 1) <= 0"]
  on_abort: %s
"""

CONFIG = """\
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ['%s'], labels: {instance: a}}]
"""


def known_for_a_while(url: str) -> None:
    """Wait until no window is gappy any more."""
    await_true(lambda: query(Client(), url, "count_over_time(duri_x[9s]) >= 9").series)


class Served:
    """A server with one exported series, the rules over it, and a policy that asks for them."""

    def __init__(self, folder: Path, exporter: str) -> None:
        self.folder = folder
        self.rules = folder / "rules" / "duri.yml"
        self.config = folder / "prometheus.yml"
        for path, text in (
            (self.rules, RULES.replace("30s", "1s")),
            (folder / "tests" / "duri.yml", TESTS),
            (self.config, CONFIG % exporter.partition("://")[2]),
        ):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def policy(self, url: str, *, abort: str = "[]", on_abort: str = "null") -> PolicyFile:
        """Write the policy and load it."""
        path = self.folder / "gonogo.yaml"
        path.write_text(POLICY % (url, abort, on_abort), encoding="utf-8")
        return load(path)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Export one series."""
    textfile = tmp_path / "textfile"
    textfile.mkdir()
    (textfile / "x.prom").write_text('raw_x{metric_realm="prod"} 1\n', encoding="utf-8")
    with node_exporter(textfile) as exporter:
        yield Served(tmp_path, exporter.url)


def test_rules_that_are_broken_on_disk_are_never_loaded(served: Served) -> None:
    """Reload and smoke run refuse the rules, and the server keeps the old ones."""
    with prometheus(served.folder / "server", served.config) as server:
        policy_file = served.policy(server.url)
        served.rules.write_text(RULES.replace("duri_x > 1", "duri_x >"), encoding="utf-8")
        refused = as_run(reload(ReloadRequest(policy_file)))
        assert refused.outcome is Outcome.FAIL
        assert refused.seen["outcome"] == "refused"
        assert refused.detail.startswith("refused, nothing was changed, because of ")
        assert any("this is not PromQL" in finding for finding in refused.findings)
        tried = smoke(policy_file)
        assert tried.outcome is Outcome.FAIL
        assert "prometheus ended with exit code" in tried.detail
        last, *_ = records(policy_file.journal, kind="reload", limit=9)
        assert (last.outcome, last.detail["outcome"]) == ("FAIL", "refused")


def test_a_server_that_loads_other_rules_is_not_proved(served: Served) -> None:
    """The server reads another configuration than the policy names. Nothing is changed."""
    other = served.folder / "other.yml"
    other.write_text(CONFIG.replace("rules/*.yml", "") % "127.0.0.1:1", encoding="utf-8")
    with prometheus(served.folder / "server", other) as server:
        run = as_run(reload(ReloadRequest(served.policy(server.url))))
    assert run.outcome is Outcome.FAIL
    assert run.seen["outcome"] == "refused"
    assert any("no rollback is possible" in finding for finding in run.findings)


def test_dryrun_reloads_changed_rules_and_proves_them(served: Served) -> None:
    """Rules that changed on disk are loaded and evaluated when the command ends. The answer is also there as JSON."""
    with prometheus(served.folder / "server", served.config) as server:
        served.policy(server.url)
        served.rules.write_text(RULES.replace("30s", "2s"), encoding="utf-8")
        refused = gonogo("reload", cwd=served.folder)
        assert refused.code == 1
        assert "no rollback is possible" in refused.out
        done = gonogo("reload", "--without-rollback", cwd=served.folder)
        assert done.code == 0, done.err
        assert done.out.startswith("reloaded: 2 rules loaded as in the files, and evaluated since (")
        answered = json.loads(gonogo("reload", "--format", "json", cwd=served.folder).out)
    assert answered["outcome"] == "unchanged"
    assert answered["steps"][0]["step"] == "lock"
    assert answered["steps"][-1]["step"] == "metrics"


def test_a_dry_run_without_a_server_is_hold(served: Served) -> None:
    """A dry run goes on to its verdict, and lists the steps that did not pass."""
    heard = Heard()
    result = dry_run(served.policy("http://127.0.0.1:1"), None, SECOND, heard)
    assert result.last.judgement.verdict is Verdict.HOLD
    assert result.certificate is None
    assert heard.verdicts == []
    assert heard.steps["obs-lint"] == "PASS"
    assert heard.steps["reload"] != "PASS"
    (subject,) = result.last.judgement.subjects
    told = {gate.gate: gate.checks[0].doubts[0].reason for gate in subject.gates if gate.outcome is Outcome.UNKNOWN}
    assert told == {"level": Reason.UNREACHABLE, "dry-run": Reason.NO_RECORD}


def test_a_violation_aborts_and_runs_on_abort(served: Served) -> None:
    """The abort comes at the first step after GO. The program reads the verdict from standard input."""
    told = served.folder / "told.json"
    argv = json.dumps([sys.executable, "-c", f"import sys; open({str(told)!r}, 'w').write(sys.stdin.read())"])
    heard = Heard()
    with prometheus(served.folder / "server", served.config) as server:
        known_for_a_while(server.url)
        policy_file = served.policy(server.url, abort="[x >= 1]", on_abort=argv)
        result = dry_run(policy_file, None, timedelta(minutes=10), heard)
    assert result.decided.judgement.verdict is Verdict.GO
    assert result.abort is not None
    assert result.abort.detail == "violated level: x >= 1 (duri_x is 1)"
    assert heard.steps["on-abort"] == "PASS"
    assert json.loads(told.read_text())["verdict"]["verdict"] == "GO"
    assert json.loads(told.read_text())["abort"]["condition"] == "x >= 1"
    assert any(text.startswith("ABORTED: ") for text in heard.said)
    assert records(policy_file.journal, kind="dry-run")[0].outcome == "ABORTED"


def test_a_healthy_run_is_certified(served: Served) -> None:
    """Every step is GO, the certificate has its numbers, and the journal has all of it."""
    heard, moments = Heard(), list[Moment]()
    with prometheus(served.folder / "server", served.config) as server:
        known_for_a_while(server.url)
        policy_file = served.policy(server.url)
        result = dry_run(policy_file, None, timedelta(seconds=3), heard, moments.append)
    assert heard.steps
    assert heard.unproved() == []
    assert set(heard.verdicts) == {Verdict.GO}
    assert moments == [Moment.DECISION, Moment.WATCH]
    assert result.certificate is not None
    assert result.certificate.outcome is Outcome.PASS
    assert [finding.value for finding in result.certificate.findings] == [1.0, 1.0, 0, 1.0, 1.0]
    kept = [(record.kind, record.outcome) for record in reversed(records(policy_file.journal, limit=100))]
    assert kept[0] == ("dry-run", "UNKNOWN")
    assert [one for one in kept if one[0] == "dry-run"][-2:] == [("dry-run", "GO"), ("dry-run", "GO")]
    for kind in ("obs-lint", "promql-unit", "sandbox-smoke-60s", "reload"):
        assert (kind, "PASS") in kept


def test_a_stalled_writer_ends_a_dry_run_that_was_go() -> None:
    """Every step passes before the fault. During the watch the verdict turns to NO-GO, and there is no certificate."""
    heard = Heard()
    result = dry_run_in_sandbox("heartbeat-stall", timedelta(seconds=25), heard, interval=SECOND)
    assert heard.unproved() == []
    assert set(heard.steps) == {"obs-lint", "promql-unit", "sandbox-smoke-60s", "reload", "two-beats"}
    assert SCRIPTED in heard.said
    assert result.decided.judgement.verdict is Verdict.GO
    assert heard.verdicts[0] == Verdict.GO
    assert result.last.judgement.verdict is Verdict.NO_GO
    assert result.abort is None
    assert result.certificate is not None
    assert result.certificate.outcome is Outcome.FAIL
