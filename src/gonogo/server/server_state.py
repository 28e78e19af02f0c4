"""Reads the state of a running Prometheus: the loaded configuration and rules, the vitals, targets and alerts.

Each question raises ``SourceError`` if there was no valid answer.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from msgspec import Struct

from gonogo.model.evidence import Target
from gonogo.model.rule import LoadedGroup
from gonogo.model.versions import release
from gonogo.server.api import server_time
from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.own_metrics import OwnMetrics, own_metrics
from gonogo.server.rules_api import rules
from gonogo.server.shape import JsonObject, data_of, listing, mapping, moment, text, texts
from gonogo.server.status_api import build_info, configuration, flags, scrape_pools, start_of, targets
from gonogo.stopping import outcome

AT_ONCE = 6
"""The number of questions asked at one time."""

_LISTS_POOLS = (2, 42)
_ON = "true"

Answer = TypeVar("Answer")


class ActiveAlert(Struct, frozen=True):
    """An alert with its labels, its state ``pending`` or ``firing``, and the unix time at which it became active."""

    labels: Mapping[str, str]
    state: str
    active_at: float | None
    annotations: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the name of the alert."""
        return self.labels.get("alertname", "")


def active_alerts(client: Client, base_url: str) -> tuple[ActiveAlert, ...]:
    """List the pending and firing alerts."""
    return ask(client, base_url, "/api/v1/alerts", _alerts)


def _alerts(envelope: JsonObject) -> tuple[ActiveAlert, ...]:
    listed = listing(data_of(envelope).get("alerts"), "the alerts")
    return tuple(_alert(mapping(item, "an alert")) for item in listed)


def _alert(item: JsonObject) -> ActiveAlert:
    return ActiveAlert(
        labels=texts(item.get("labels"), "an alert's labels"),
        state=text(item.get("state"), "an alert's state"),
        active_at=moment(item.get("activeAt"), "the time at which an alert became active"),
        annotations=texts(item.get("annotations"), "an alert's annotations"),
    )


def alertmanagers(client: Client, base_url: str) -> tuple[str, ...]:
    """List the URLs of the active Alertmanagers: those that the server found and did not drop.

    The server does not report whether an Alertmanager answers.
    """
    return ask(client, base_url, "/api/v1/alertmanagers", _active)


def _active(envelope: JsonObject) -> tuple[str, ...]:
    active = listing(data_of(envelope).get("activeAlertmanagers"), "the active Alertmanagers")
    return tuple(text(mapping(one, "an Alertmanager").get("url"), "an Alertmanager's URL") for one in active)


class Vitals(Struct, frozen=True):
    """The identity of a server's process, and its metrics about reloads.

    ``born`` is the start of the process in unix seconds, to the microsecond, as the process keeps it in memory.
    A different value means another process, or another server behind the same address. ``cwd`` is the working
    folder of the process.
    """

    born: float
    cwd: str
    metrics: OwnMetrics


class ServerState(Struct, frozen=True):
    """The state of a server at one moment: everything that a reload can change or break.

    Attributes:
        url: the URL of the server.
        now: the server's own time in unix seconds, asked before everything else.
        version: the version of Prometheus, such as ``2.42.0+ds``; ``None`` for another kind of server.
        flags: the flags of the server, without their dashes.
        vitals: the identity of the process, and its metrics.
        configuration: the loaded configuration as YAML: defaults added, secrets masked.
        rules: the loaded rule groups, with the state of their rules.
        pools: the jobs that the server scrapes; ``None`` for a server that does not list them (before 2.42).
        targets: the active targets.
        alertmanagers: the URLs of the active Alertmanagers.
        alerts: the pending and firing alerts.
    """

    url: str
    now: float
    version: str | None
    flags: Mapping[str, str]
    vitals: Vitals
    configuration: str
    rules: tuple[LoadedGroup, ...]
    pools: tuple[str, ...] | None
    targets: tuple[Target, ...]
    alertmanagers: tuple[str, ...]
    alerts: tuple[ActiveAlert, ...]

    @property
    def configuration_path(self) -> str:
        """Return the configuration's path on the server's file system. In a container it is the container's."""
        return posixpath.join(self.vitals.cwd, self.flags.get("config.file", ""))

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features that ``--enable-feature`` turned on."""
        return tuple(filter(None, self.flags.get("enable-feature", "").split(",")))

    @property
    def lifecycle(self) -> bool:
        """Return true if the server accepts a reload by HTTP."""
        return self.flags.get("web.enable-lifecycle") == _ON

    @property
    def auto_reload(self) -> bool:
        """Return true if the server reloads by itself when a file changes: a feature in 3.0, a flag since 3.12."""
        return "auto-reload-config" in self.features or self.flags.get("config.auto-reload") == _ON


def vitals(client: Client, base_url: str) -> Vitals:
    """Ask for the two small answers that show whether a server has reloaded.

    Raises:
        SourceError: there was no valid answer. A server that is not ready yet gives no valid answer.
    """
    metrics = own_metrics(client, base_url)
    born, cwd = ask(client, base_url, "/api/v1/status/runtimeinfo", _process)
    return Vitals(born, cwd, metrics)


def server_state(client: Client, base_url: str) -> ServerState:
    """Read the state of a server. A few questions are asked at a time, each within the client's timeout.

    The scrape pools and the metrics are answered before the targets are asked for. A pool whose targets are set, by the
    metrics, then shows its targets.

    Raises:
        SourceError: a question got no valid answer. There is no partial state.
        UsageError: ``base_url`` is not a URL.
    """
    now = server_time(client, base_url)
    version = build_info(client, base_url)
    lists_pools = (release(version or "") or (0, 0)) >= _LISTS_POOLS
    with ThreadPoolExecutor(AT_ONCE) as asking:

        def start(question: Callable[[Client, str], Answer]) -> Callable[[], Answer]:
            return partial(outcome, asking.submit(question, client, base_url))

        alive, pools = start(vitals), start(scrape_pools) if lists_pools else None
        loaded_rules = start(rules)
        running, loaded, senders, alerts = (
            start(flags),
            start(configuration),
            start(alertmanagers),
            start(active_alerts),
        )
        metrics, listed = alive(), None if pools is None else pools()
        active = start(targets)
        return ServerState(
            url=base_url,
            now=now,
            version=version,
            flags=running(),
            vitals=metrics,
            configuration=loaded(),
            rules=loaded_rules(),
            pools=listed,
            targets=active(),
            alertmanagers=senders(),
            alerts=alerts(),
        )


def _process(answer: JsonObject) -> tuple[float, str]:
    data = data_of(answer)
    return start_of(data), text(data.get("CWD"), "the working folder of the process")
