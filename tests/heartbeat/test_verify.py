"""One beat followed from the writer to the rule, on real servers."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.errors import ActionFailed, SourceError
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.heartbeat.verify import Trail, verify
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.replacing import replace
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import load
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client, HttpSettings
from tests.waiting import await_true

pytestmark = pytest.mark.live

RULES = """\
groups:
  - name: heartbeat
    interval: 1s
    rules:
      - {record: duri_heartbeat_age_seconds, expr: 'time() - duri_textfile_heartbeat_ts{metric_realm="test"}'}
      - {record: duri_heartbeat_fresh_120s, expr: duri_heartbeat_age_seconds < bool 120}
      - {record: duri_heartbeat_changes_6m, expr: 'changes(duri_textfile_heartbeat_seq{metric_realm="test"}[6m])'}
      - {record: duri_heartbeat_ok, expr: duri_heartbeat_fresh_120s * (duri_heartbeat_changes_6m >= bool 1)}
"""
CONFIG = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
  - {{job_name: node, static_configs: [{{targets: ['{node}']}}]}}
  - {{job_name: push, honor_labels: true, static_configs: [{{targets: ['{push}']}}]}}
"""
POLICY = """\
version: 1
realm: test
prefix: duri
heartbeat: {{textfile_dir: textfile, pushgateway: '{push}', read: {read}}}
"""
LONG, SHORT = timedelta(seconds=30), timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Stack:
    """Three real servers, and a folder with the policy of a writer beside them."""

    folder: Path
    server: RunningServer
    push: RunningServer

    def following(self, read: str = "textfile") -> tuple[HeartbeatWriter, Trail]:
        """Give the writer, and the trail of what the rules read."""
        path = self.folder / "gonogo.yaml"
        path.write_text(POLICY.format(push=self.push.url, read=read), encoding="utf-8")
        writer = heartbeat_writer(load_heartbeat(path))
        return writer, Trail(Client(), self.server.url, load(path).policy)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Callable[[str], Stack]]:
    """Start the servers with the rules that a test gives."""
    with ExitStack() as running:

        def start(rules: str) -> Stack:
            (tmp_path / "rules.yml").write_text(rules, encoding="utf-8")
            node = running.enter_context(node_exporter(tmp_path / "textfile"))
            push = running.enter_context(pushgateway(tmp_path / "push"))
            addresses = {"node": node.url.partition("//")[2], "push": push.url.partition("//")[2]}
            (tmp_path / "prometheus.yml").write_text(CONFIG.format(**addresses), encoding="utf-8")
            server = running.enter_context(prometheus(tmp_path / "prometheus", tmp_path / "prometheus.yml"))
            await_true(lambda: sum(s.values[0] for s in query(Client(), server.url, "up").series) == 2)
            return Stack(tmp_path, server, push)

        yield start


def test_a_missing_server_is_a_source_error(stack: Callable[[str], Stack]) -> None:
    """The beat was published, but its arrival is not known: exit 3."""
    writer, trail = stack(RULES).following()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = Client(HttpSettings(timeout=timedelta(seconds=1)))
    with pytest.raises(SourceError, match="refused"):
        verify(writer, replace(trail, url=f"http://127.0.0.1:{port}", client=client), timedelta(seconds=1))


def test_a_beat_that_is_not_published_is_not_followed(stack: Callable[[str], Stack]) -> None:
    """The writer's own error comes at once."""
    started = stack(RULES)
    writer, trail = started.following()
    started.push.stop()
    with pytest.raises(ActionFailed, match="but not every place"):
        verify(writer, trail, LONG)


def test_a_beat_that_is_not_scraped_is_missing_at_the_scrape(stack: Callable[[str], Stack]) -> None:
    """The writer writes to a folder that no node_exporter reads. The next step names the textfile."""
    started = stack(RULES)
    writer, trail = started.following()
    verify(writer, trail, SHORT)
    (started.folder / "elsewhere").mkdir()
    writer = replace(writer, state_dir=started.folder / "elsewhere")
    assert writer.textfile is not None
    writer = replace(writer, textfile=replace(writer.textfile, path=writer.state_dir / "x.prom"))
    (started.folder / "elsewhere" / ".duri_heartbeat.state").write_text("5000000000\n", encoding="ascii")
    followed = verify(writer, trail, SHORT)
    assert [stage.name for stage in followed.stages] == ["published", "scraped"]
    assert not followed.arrived
    assert "none with the time of this writer's beat" in followed.stages[-1].detail
    assert "x.prom" in followed.stages[-1].next_step


def test_without_rules_the_beat_is_missing_at_the_evaluation(stack: Callable[[str], Stack]) -> None:
    """The number is in the database, but no rule computes the age of the beat."""
    writer, trail = stack("groups: []\n").following()
    followed = verify(writer, trail, SHORT)
    assert [stage.name for stage in followed.stages] == ["published", "scraped", "evaluated"]
    assert followed.stages[-1].detail == "there is no duri_heartbeat_age_seconds of this realm"
    assert "the rule pack is loaded" in followed.stages[-1].next_step


def test_the_first_beat_is_not_ok_and_the_second_beat_is(stack: Callable[[str], Stack]) -> None:
    """One number has not changed yet. The next step says to verify again."""
    writer, trail = stack(RULES).following()
    first = verify(writer, trail, SHORT)
    assert [stage.name for stage in first.stages] == ["published", "scraped", "evaluated", "ok"]
    assert (
        first.stages[-1].detail
        == "duri_heartbeat_ok is 0, duri_heartbeat_fresh_120s is 1, duri_heartbeat_changes_6m is 0"
    )
    assert "verify again" in first.stages[-1].next_step
    second = verify(writer, trail, LONG)
    assert second.arrived
    seconds = [stage.seconds for stage in second.stages if stage.seconds is not None]
    assert len(seconds) == 4
    assert seconds == sorted(seconds)
    assert second.beat.sequence == first.beat.sequence + 1


def test_a_pushed_beat_can_be_followed(stack: Callable[[str], Stack]) -> None:
    """The policy reads the pushed copy, so that copy is followed."""
    writer, trail = stack(RULES).following("push")
    verify(writer, trail, SHORT)
    followed = verify(writer, trail, LONG)
    assert followed.arrived


def test_the_beat_of_a_writer_with_a_slow_clock_is_not_fresh(stack: Callable[[str], Stack]) -> None:
    """The beat arrives, but the rules see its time, and it is too old for ok."""
    writer, trail = stack(RULES).following()
    verify(writer, trail, SHORT)
    clock = writer.nanoseconds
    followed = verify(replace(writer, nanoseconds=lambda: clock() - 300 * 10**9), trail, SHORT)
    assert followed.stages[-1].name == "ok"
    assert "duri_heartbeat_fresh_120s is 0" in followed.stages[-1].detail
