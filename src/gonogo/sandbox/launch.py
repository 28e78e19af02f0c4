"""Starts a sandbox: files, servers, a scripted month, and then the live part."""

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
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.heartbeat.seal import state_line
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.versions import release
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import PolicyFile, load
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.assemble import groups, rules_file
from gonogo.rulepack.write import write_rules
from gonogo.sandbox.backfill import Past, Storage, backfill_recorded, backfill_sources
from gonogo.sandbox.layout import (
    REALM,
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
"""The interval of the sandbox's scrapes and rule groups: short enough to watch, and light on two cores."""

LEAD = timedelta(seconds=3.5)
"""The time to write a month of history. At one-second intervals it takes about twice as long.

The live part can start only after the history is written, and it must start where the history ends. So the
history ends this much later than the writing begins.
"""


@contextmanager
def sandbox(
    story: Story = HEALTHY,
    interval: timedelta = INTERVAL,
    directory: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Stack]:
    """Run a sandbox until the block ends, also by an error, SIGINT or SIGTERM.

    Args:
        story: the scripted month.
        interval: the interval of scrapes and rule groups.
        directory: an empty folder, which is kept and made if it does not exist. The default is a temporary folder.
        say: is called with each line of progress.

    Raises:
        UsageError: the folder is not empty.
        MissingTool: a server or promtool is not installed.
        ActionFailed: a server did not start, or the history could not be written.
    """
    with ExitStack() as held:
        layout = SandboxLayout(_folder(directory, held))
        layout.make()
        servers = _start(layout, held)
        stack = _build(story, interval, layout, servers, say)
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
            why="old files in the folder would become part of the history",
            next_step="name an empty folder, or one that does not exist yet",
        )
    return directory.resolve()


def _start(layout: SandboxLayout, held: ExitStack) -> _Servers:
    layout.configuration.write_text(idle_configuration_text(), encoding="utf-8")
    server = held.enter_context(prometheus(layout.servers, layout.configuration))
    gateway = held.enter_context(pushgateway(layout.servers))
    exporter = held.enter_context(node_exporter(layout.textfile_dir, directory=layout.servers))
    return _Servers(server, gateway, exporter)


def _build(
    story: Story, interval: timedelta, layout: SandboxLayout, servers: _Servers, say: Callable[[str], None]
) -> Stack:
    """Write the policy and the history. Prometheus then serves the past and scrapes no target."""
    layout.policy.write_text(policy_text(layout, servers.prometheus.url), encoding="utf-8")
    policy_file = load(layout.policy)
    policy = policy_file.policy
    writer = heartbeat_writer(load_heartbeat(layout.policy))
    end = float(int(time.time() + _lead(story, interval)))
    _write_history(story, Past(end, story.length, interval), layout, policy_file, servers.prometheus, say)
    write_rules(policy_file.policy, interval, layout.configuration.parent, layout.tests, force=True)
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
    say("evaluating the rules over the end of the history")
    recording, _ = groups(policy, past.interval)
    backfill_recorded(recording, layout.rules / rules_file(policy), past, storage)


def _keep_sequence(story: Story, writer: HeartbeatWriter, every: timedelta, end: float) -> None:
    """Write the last number of the history to the writer's state, so that the writer continues from it."""
    sequence, _ = heartbeat(story, writer.prefix, every, end)
    last = sequence.value(0)
    if story.length and last is not None:
        durable.replace(writer.state, state_line(int(last)))


def _go_live(stack: Stack, say: Callable[[str], None]) -> None:
    """Start to beat, export and scrape at the end of the history."""
    pause(stack.end - time.time())
    say("starting to scrape, beat and evaluate")
    stack.traffic.start()
    urls = targets(stack.node_exporter.url, stack.pushgateway.url, stack.prometheus.url)
    stack.layout.configuration.write_text(configuration_text(urls, stack.interval), encoding="utf-8")
    stack.prometheus.kill()
    stack.prometheus.launch()
    stack.settle()
