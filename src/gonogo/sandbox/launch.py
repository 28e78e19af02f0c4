"""Brings a sandbox up: files, servers, a scripted month, and then the live part."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gonogo.disk import durable
from gonogo.errors import UsageError
from gonogo.heartbeat.beat import heartbeat_writer
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.sequence import state_line
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.versions import release
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import PolicyFile, load
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.assemble import alerts_file, groups, needed, pack, rules_file
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from gonogo.sandbox.backfill import Past, Storage, backfill_recorded, backfill_sources
from gonogo.sandbox.layout import (
    REALM,
    RULES_FROM_TESTS,
    SandboxLayout,
    configuration_text,
    idle_configuration_text,
    policy_text,
    targets,
)
from gonogo.sandbox.sources import INSTANCE, FeedJob, as_scraped, heartbeat, sources
from gonogo.sandbox.stack import Stack
from gonogo.sandbox.story import HEALTHY, MONTH, Story
from gonogo.sandbox.traffic import Outlets, Traffic
from gonogo.server.status_api import build_info
from gonogo.stopping import pause

INTERVAL = timedelta(seconds=5)
"""How often the demo scrapes and evaluates: quick enough to watch, and light on two cores."""

LEAD = timedelta(seconds=3.5)
"""How long a month takes to make, and about as much again is needed at one-second intervals.

The history ends that much later than its making begins, so that the live part, which can
begin only when the history is done, begins where it ends.
"""


@contextmanager
def sandbox(
    story: Story = HEALTHY,
    interval: timedelta = INTERVAL,
    directory: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Stack]:
    """Run the demo stack until the block ends, however it ends: an error, SIGINT or SIGTERM.

    Args:
        story: what the month looked like.
        interval: how often is scraped and evaluated.
        directory: an empty folder to keep, made if need be; by default a temporary one.
        say: hears what is being done, a line at a time.

    Raises:
        UsageError: the folder holds something already.
        MissingTool: a server or promtool is not installed.
        ActionFailed: something did not start, or the history could not be made.
    """
    with ExitStack() as held:
        layout = SandboxLayout(_folder(directory, held))
        layout.make()
        servers = _start(layout, held)
        stack = _built(story, interval, layout, servers, say)
        held.callback(stack.traffic.stop)
        _go_live(stack, say)
        yield stack


@dataclass(frozen=True, slots=True)
class _Servers:
    prometheus: RunningServer
    pushgateway: RunningServer
    node_exporter: RunningServer


def _folder(directory: Path | None, held: ExitStack) -> Path:
    if directory is None:
        return Path(held.enter_context(tempfile.TemporaryDirectory(prefix="gonogo-sandbox-"))).resolve()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            "the sandbox needs an empty folder",
            where=str(directory),
            why="what lies there would become part of its history",
            next_step="name a folder that is empty, or not there yet",
        )
    return directory.resolve()


def _start(layout: SandboxLayout, held: ExitStack) -> _Servers:
    layout.configuration.write_text(idle_configuration_text(), encoding="utf-8")
    server = held.enter_context(prometheus(layout.servers, layout.configuration))
    gateway = held.enter_context(pushgateway(layout.servers))
    exporter = held.enter_context(node_exporter(layout.textfile_dir, directory=layout.servers))
    return _Servers(server, gateway, exporter)


def _built(
    story: Story, interval: timedelta, layout: SandboxLayout, servers: _Servers, say: Callable[[str], None]
) -> Stack:
    """Write policy and history; Prometheus then serves the past and nothing else."""
    layout.policy.write_text(policy_text(layout, servers.prometheus.url), encoding="utf-8")
    policy_file = load(layout.policy)
    policy = policy_file.policy
    writer = heartbeat_writer(load_heartbeat(layout.policy))
    end = float(int(time.time() + _lead(story, interval)))
    _write_history(story, Past(end, story.length, interval), layout, policy_file, servers.prometheus, say)
    _write_rules(policy_file, interval, layout)
    _keep_sequence(story, writer, policy.heartbeat.every, end)
    group = PushGroup.at(servers.pushgateway.url, {"job": FeedJob.REHEARSAL.value, "instance": INSTANCE})
    traffic = Traffic(
        story,
        writer,
        Outlets(layout.textfile_dir / f"{policy.prefix}_traffic.prom", group),
        end=end,
        interval=interval,
        every=policy.heartbeat.every,
        realm=REALM,
        say=say,
    )
    return Stack(
        layout, policy_file, servers.prometheus, servers.pushgateway, servers.node_exporter, traffic, interval, end
    )


def _lead(story: Story, interval: timedelta) -> float:
    share_of_month = min(story.length / MONTH, 1.0)
    return share_of_month * (LEAD.total_seconds() + LEAD / max(interval, timedelta(seconds=1)))


def _write_history(
    story: Story,
    past: Past,
    layout: SandboxLayout,
    policy_file: PolicyFile,
    server: RunningServer,
    say: Callable[[str], None],
) -> None:
    policy, storage = policy_file.policy, Storage(server, layout.blocks)
    beats = heartbeat(story, policy.prefix, policy.heartbeat.every, past.end)
    say(f"writing {past.length.days} days of scripted history")
    version = release(build_info(server.client, server.url) or "")
    scraped = as_scraped((*beats, *sources(story, policy.prefix, past.end)), version)
    backfill_sources(scraped, past, REALM, storage)
    say("evaluating the rules over its end")
    recording, _ = groups(policy, past.interval, needed(policy, past.interval, PRESET_GATES))
    backfill_recorded(recording, layout.rules / rules_file(policy), past, storage)


def _write_rules(policy_file: PolicyFile, interval: timedelta, layout: SandboxLayout) -> None:
    policy = policy_file.policy
    made = pack(policy, interval, PRESET_GATES, RULES_FROM_TESTS)
    (layout.rules / rules_file(policy)).write_text(made.rules_yaml, encoding="utf-8")
    (layout.rules / alerts_file(policy)).write_text(made.alerts_yaml, encoding="utf-8")
    for name, text in made.tests_yaml.items():
        (layout.tests / name).write_text(text, encoding="utf-8")


def _keep_sequence(story: Story, writer: HeartbeatWriter, every: timedelta, end: float) -> None:
    """Let the writer go on from the last beat of the history, as if it had made it."""
    sequence, _ = heartbeat(story, writer.prefix, every, end)
    last = sequence.value(0)
    if story.length and last is not None:
        durable.replace(writer.state, state_line(int(last)))


def _go_live(stack: Stack, say: Callable[[str], None]) -> None:
    """Begin to beat, export and scrape where the history ends."""
    pause(stack.end - time.time())
    say("starting to scrape, beat and evaluate")
    stack.traffic.start()
    urls = targets(stack.node_exporter.url, stack.pushgateway.url, stack.prometheus.url)
    stack.layout.configuration.write_text(configuration_text(urls, stack.interval), encoding="utf-8")
    stack.prometheus.kill()
    stack.prometheus.launch()
    stack.settle()
