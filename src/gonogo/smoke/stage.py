"""Starts the second server of the smoke run: it evaluates the policy's rules every second on beats of the real writer.

The server scrapes only these beats, and only the smoke run reads the server. Its data
never reaches the policy's server, so the data can have the policy's own realm.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import yaml
from msgspec import Struct

from gonogo.disk.regular_file import text_of
from gonogo.errors import ActionFailed
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.heartbeat.writer import HeartbeatWriter
from gonogo.model.replacing import replace
from gonogo.policy.heartbeat import HeartbeatFile
from gonogo.policy.inputs import rule_files
from gonogo.policy.load import PolicyFile
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.server.http import Client

INSTANCE = "smoke"
NANOSECONDS = 1_000_000_000


class SmokeStage(Struct, frozen=True):
    """The second server, the rule files that it loaded, and the writer that feeds it."""

    client: Client
    url: str
    rules: tuple[Path, ...]
    writer: HeartbeatWriter


@contextmanager
def stage(policy_file: PolicyFile, directory: Path, lag: timedelta) -> Iterator[SmokeStage]:
    """Start the second server in an empty folder.

    Args:
        policy_file: the policy with the rules and the heartbeat.
        directory: the folder for all files until the block ends.
        lag: the difference by which the time in each beat is in the past.

    Raises:
        ActionFailed: the rules cannot be read, or a server does not start.
        MissingTool: a server is not installed.
    """
    rules = _copy_rules(policy_file, directory / "rules")
    with ExitStack() as servers:
        textfile_dir = directory / "textfile"
        exporter = servers.enter_context(node_exporter(textfile_dir, directory=directory))
        targets = {"node": exporter.url}
        gateway = None
        if policy_file.policy.heartbeat.read == "push":
            gateway = servers.enter_context(pushgateway(directory)).url
            targets["pushgateway"] = gateway
        config = directory / "prometheus.yml"
        config.write_text(configuration(targets, QUICK, [str(path) for path in rules], INSTANCE), encoding="utf-8")
        server = servers.enter_context(prometheus(directory, config))
        writer = _writer(policy_file, textfile_dir, gateway, lag)
        yield SmokeStage(server.client, server.url, rules, writer)


def _copy_rules(policy_file: PolicyFile, folder: Path) -> tuple[Path, ...]:
    folder.mkdir()
    copies = []
    for number, path in enumerate(rule_files(policy_file.rules)):
        copy = folder / f"{number:04}-{path.stem}.yml"
        copy.write_text(quick(text_of(path), str(path)), encoding="utf-8")
        copies.append(copy)
    return tuple(copies)


def configuration(urls: Mapping[str, str], every: str, rules: Sequence[str], instance: str) -> str:
    """Return a configuration of Prometheus that scrapes the servers at these URLs, each by its job.

    Args:
        urls: the URL of each job.
        every: the interval of scrapes and evaluations.
        rules: the rule files.
        instance: the label ``instance`` of every target.
    """
    jobs = [
        {
            "job_name": job,
            "honor_labels": job == "pushgateway",
            "static_configs": [{"targets": [url.partition("://")[2]], "labels": {"instance": instance}}],
        }
        for job, url in urls.items()
    ]
    pace = {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every}
    content = {"global": pace, "rule_files": list(rules), "scrape_configs": jobs}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _writer(policy_file: PolicyFile, textfile_dir: Path, gateway: str | None, lag: timedelta) -> HeartbeatWriter:
    policy = policy_file.policy
    heartbeat = replace(policy.heartbeat, textfile_dir=str(textfile_dir), pushgateway=gateway)
    file = HeartbeatFile(policy_file.path, policy.realm, policy.prefix, heartbeat, textfile_dir)
    behind = round(lag.total_seconds() * NANOSECONDS)
    return heartbeat_writer(file, instance=INSTANCE, nanoseconds=lambda: time.time_ns() - behind)


QUICK = "1s"


def quick(text: str, path: str) -> str:
    """Return the rule file with an interval of one second in every group. All other scalars keep their spelling.

    Raises:
        ActionFailed: the text is not a rule file.
    """
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise _no_rules(path, str(error)) from error
    groups = _value(root, "groups")
    if not isinstance(groups, yaml.SequenceNode):
        raise _no_rules(path, "it has no list of groups")
    for group in groups.value:
        if isinstance(group, yaml.MappingNode):
            interval = (_scalar("interval"), _scalar(QUICK))
            group.value = [(key, value) for key, value in group.value if key.value != "interval"] + [interval]
    return yaml.serialize(root, Dumper=yaml.CSafeDumper, allow_unicode=True)


def _value(node: yaml.Node | None, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)


def _no_rules(path: str, why: str) -> ActionFailed:
    return ActionFailed("the file is not a rule file", where=path, why=why, next_step="see what gonogo lint reports")
