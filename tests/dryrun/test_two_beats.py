"""The two beats of the dry run, on real servers to which two hosts of one realm report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from gonogo.dryrun.two_beats import two_beats
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.heartbeat.verify import Trail, verify
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.outcome import Outcome
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import PolicyFile, load
from gonogo.programs.processes import node_exporter, prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client
from tests.waiting import await_true

pytestmark = pytest.mark.live

POLICY = """\
version: 1
realm: prod
prefix: duri
prometheus: {{url: '{url}', config: null}}
heartbeat: {{textfile_dir: textfile, every: 2s, fresh: 15s, window: 20s}}
rules: []
tests: []
"""
CONFIG = """\
global: {{scrape_interval: 1s}}
scrape_configs: [{{job_name: node, static_configs: [{{targets: [{nodes}]}}]}}]
"""
AHEAD = 300
SLACK = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Host:
    """A machine with its own policy, writer and node_exporter."""

    policy: PolicyFile
    writer: HeartbeatWriter
    node: RunningServer


@dataclass(frozen=True, slots=True)
class Realm:
    """Two hosts, and a server that scrapes one of them."""

    folder: Path
    running: ExitStack
    server: RunningServer

    def host(self, name: str) -> Host:
        """Start a host."""
        folder = self.folder / name
        (folder / "textfile").mkdir(parents=True)
        path = folder / "gonogo.yaml"
        path.write_text(POLICY.format(url=self.server.url), encoding="utf-8")
        node = self.running.enter_context(node_exporter(folder / "textfile", directory=folder / "node"))
        return Host(load(path), heartbeat_writer(load_heartbeat(path)), node)

    def scrape(self, *hosts: Host) -> None:
        """Let the server scrape only these hosts."""
        nodes = ", ".join(repr(host.node.url.removeprefix("http://")) for host in hosts)
        (self.folder / "prometheus.yml").write_text(CONFIG.format(nodes=nodes), encoding="utf-8")
        assert Client().send("POST", self.server.url, "/-/reload").status == 200
        await_true(lambda: len(query(Client(), self.server.url, "duri_textfile_heartbeat_seq").series) == len(hosts))


@pytest.fixture
def realm(tmp_path: Path) -> Iterator[Realm]:
    """Start a server that scrapes no host yet."""
    (tmp_path / "prometheus.yml").write_text("scrape_configs: []\n", encoding="utf-8")
    with ExitStack() as running:
        server = running.enter_context(prometheus(tmp_path / "prometheus", tmp_path / "prometheus.yml"))
        yield Realm(tmp_path, running, server)


def test_beats_of_another_host_do_not_count(realm: Realm) -> None:
    """The other host has higher numbers.

    The server does not scrape this host, so neither the dry run nor verify accepts the beats.
    """
    this, other = realm.host("this"), realm.host("other")
    start = this.writer.beat().sequence
    other.writer.state.write_text(f"{start + AHEAD}\n", encoding="ascii")
    other.writer.beat()
    realm.scrape(other)
    followed = verify(this.writer, Trail(Client(), realm.server.url, this.policy.policy), timedelta(seconds=4))
    assert [stage.name for stage in followed.stages] == ["published", "scraped"]
    assert not followed.arrived
    assert f"has {start + AHEAD + 1} for" in followed.stages[-1].detail
    run = two_beats(this.policy, slack=SLACK)
    assert run.outcome is Outcome.FAIL
    assert f"beat {start + 2} did not arrive: after 5 s the server has {start + AHEAD + 1} for" in run.detail
    realm.scrape(this, other)
    assert two_beats(this.policy, slack=SLACK).passed


def test_beats_of_a_daemon_on_the_same_machine_count(realm: Realm) -> None:
    """The daemon beats more often than it is scraped, so a later beat counts as well."""
    host = realm.host("this")
    host.writer.beat()
    realm.scrape(host)
    stop = Event()

    def beat() -> None:
        while not stop.wait(0.4):
            host.writer.beat()

    daemon = Thread(target=beat)
    daemon.start()
    try:
        run = two_beats(host.policy, slack=SLACK)
    finally:
        stop.set()
        daemon.join()
    assert run.passed, run.detail
