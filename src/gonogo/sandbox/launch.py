"""Starts a sandbox: files, servers, a scripted month, and then the live part."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from gonogo.disk import durable
from gonogo.errors import ActionFailed, UsageError
from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.heartbeat.seal import state_line
from gonogo.journal.runs import Run
from gonogo.lint.recorded import obs_lint
from gonogo.model.policy import Policy
from gonogo.model.verdict import Report, Verdict
from gonogo.model.versions import release
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import load
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from gonogo.reload.place import ReloadRequest
from gonogo.reload.run import as_run, reload
from gonogo.rulepack.assemble import groups, rules_file
from gonogo.rulepack.write import write_rules
from gonogo.ruletests.recorded import promql_unit
from gonogo.sandbox.history import Past, Storage, backfill_sources
from gonogo.sandbox.layout import (
    SandboxLayout,
    configuration_text,
    idle_configuration_text,
    policy_text,
)
from gonogo.sandbox.past_of_rules import backfill_recorded
from gonogo.sandbox.sources import INSTANCE, FeedJob, as_scraped, heartbeat, sources
from gonogo.sandbox.stack import Stack
from gonogo.sandbox.story import HEALTHY, MONTH, Story
from gonogo.sandbox.traffic import Traffic
from gonogo.server.status_api import build_info
from gonogo.smoke.run import smoke
from gonogo.stopping import pause
from gonogo.verdict.decide import decide
from gonogo.verdict.print import report_text

INTERVAL = timedelta(seconds=5)
"""The interval of the sandbox's scrapes and rule groups: short enough to watch, and light on two cores."""

GO_WITHIN = timedelta(seconds=60)
"""The longest wait for GO after the runs."""

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
        layout.configuration.write_text(idle_configuration_text(), encoding="utf-8")
        server = held.enter_context(prometheus(layout.servers, layout.configuration))
        gateway = held.enter_context(pushgateway(layout.servers))
        exporter = held.enter_context(node_exporter(layout.textfile_dir, directory=layout.servers))
        layout.policy.write_text(policy_text(layout, server.url), encoding="utf-8")
        policy_file = load(layout.policy)
        end = float(int(time.time() + _lead(story, interval)))
        _write_history(story, Past(end, story.length, interval), layout, policy_file.policy, server, say)
        write_rules(policy_file.policy, interval, layout.configuration.parent, layout.tests, force=True)
        traffic = _traffic(story, interval, layout, gateway.url, end, say)
        stack = Stack(layout, policy_file, server, gateway, exporter, traffic, interval, end)
        held.callback(traffic.stop)
        _go_live(stack, say)
        yield stack


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


def _lead(story: Story, interval: timedelta) -> float:
    share_of_month = min(story.length / MONTH, 1.0)
    return share_of_month * (LEAD.total_seconds() + LEAD / max(interval, timedelta(seconds=1)))


def _write_history(
    story: Story, past: Past, layout: SandboxLayout, policy: Policy, server: RunningServer, say: Callable[[str], None]
) -> None:
    storage = Storage(server, layout.blocks)
    beats = heartbeat(story, policy.prefix, policy.heartbeat.every, past.end)
    say(f"writing {past.length.days} days of scripted history")
    version = release(build_info(server.client, server.url) or "")
    backfill_sources(as_scraped((*beats, *sources(story, policy.prefix, past.end)), version), past, storage)
    say("evaluating the rules over the end of the history")
    recording, _ = groups(policy, past.interval)
    backfill_recorded(recording, layout.rules / rules_file(policy), past, storage)


def _traffic(
    story: Story, interval: timedelta, layout: SandboxLayout, gateway: str, end: float, say: Callable[[str], None]
) -> Traffic:
    """Return the live part. The writer continues from the last number of the history."""
    file = load_heartbeat(layout.policy)
    writer, every = heartbeat_writer(file), file.heartbeat.every
    last = heartbeat(story, writer.prefix, every, end)[0].value(0)
    if story.length and last is not None:
        durable.replace(writer.state, state_line(int(last)))
    group = PushGroup.at(gateway, {"job": FeedJob.REHEARSAL.value, "instance": INSTANCE})
    textfile = layout.textfile_dir / f"{writer.prefix}_traffic.prom"
    return Traffic(story, writer, textfile, group, end, interval, every, say)


def _go_live(stack: Stack, say: Callable[[str], None]) -> None:
    """Start to beat, export and scrape at the end of the history."""
    pause(stack.end - time.time())
    say("starting to scrape, beat and evaluate")
    stack.traffic.start()
    urls = {
        FeedJob.NODE.value: stack.node_exporter.url,
        "pushgateway": stack.pushgateway.url,
        "prometheus": stack.prometheus.url,
    }
    stack.layout.configuration.write_text(configuration_text(urls, stack.interval), encoding="utf-8")
    stack.prometheus.kill()
    stack.prometheus.launch()
    stack.settle()


def make_ready(stack: Stack, say: Callable[[str], None]) -> Report:
    """Run lint, unit tests, smoke and reload for real, then wait for GO.

    Raises:
        ActionFailed: a run did not pass, or the verdict did not become GO in time.
    """
    policy_file = stack.policy_file
    asked = ReloadRequest(policy_file, even_unchanged=True, beat=False)
    steps: tuple[tuple[str, Callable[[], Run]], ...] = (
        ("linting the rules", lambda: obs_lint(policy_file)),
        ("running the rules' unit tests", lambda: promql_unit(policy_file)),
        ("running the rules on a second server (smoke)", lambda: smoke(policy_file)),
        ("reloading", lambda: as_run(reload(asked))),
    )
    for what, run in steps:
        say(what)
        done = run()
        if not done.passed:
            raise ActionFailed(
                f"{done.kind} did not pass in the sandbox",
                why="\n".join((done.detail, *done.findings)),
                next_step="this is a fault of gonogo: please report it",
            )
    say("deciding")
    reports: list[Report] = []
    stack.until(lambda: _is_go(stack, reports), "GO", GO_WITHIN, lambda: report_text(reports[-1]))
    return reports[-1]


def _is_go(stack: Stack, reports: list[Report]) -> bool:
    reports.append(decide(stack.policy_file))
    return reports[-1].judgement.verdict is Verdict.GO
