"""What a running Prometheus has loaded, how it is, and which process it is: one look at all of it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from gonogo.model.evidence import Target
from gonogo.model.rule import LoadedGroup
from gonogo.model.versions import release
from gonogo.server import envelope
from gonogo.server.alertmanagers_api import alertmanagers
from gonogo.server.alerts_api import ActiveAlert, active_alerts
from gonogo.server.api import server_time
from gonogo.server.http import Client
from gonogo.server.moment import moment
from gonogo.server.own_metrics import OwnMetrics, own_metrics
from gonogo.server.rules_api import rules
from gonogo.server.scrape_pools_api import scrape_pools
from gonogo.server.shape import JsonObject, Misshapen, mapping, text
from gonogo.server.status_api import build_info, configuration, flags
from gonogo.server.targets_api import targets
from gonogo.stopping import outcome

AT_ONCE = 6
"""How many questions a server gets at one time."""

_TELLS_POOLS = (2, 42)
_ON = "true"

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Vitals:
    """Which process a server is, and what its metrics say of its reloads.

    ``born`` is when the process began, in unix seconds to the microsecond, as it keeps it in its memory: what
    differs is another process, or another server behind the same address. ``cwd`` is the folder it works in.
    """

    born: float
    cwd: str
    metrics: OwnMetrics


@dataclass(frozen=True, slots=True)
class ServerState:
    """What a server was at one moment, as far as a reload may change or break it.

    Attributes:
        url: where it was asked.
        now: its own time in unix seconds, before anything else was asked.
        version: of Prometheus, such as ``2.42.0+ds``; ``None`` for a server that is another.
        flags: those it runs with, without their dashes.
        vitals: which process it is, and what its metrics say.
        configuration: the one that is loaded, as YAML: defaults added, secrets masked.
        rules: the groups that are loaded, and how their rules are.
        pools: the jobs that it scrapes; ``None`` for a server that cannot tell (before 2.42).
        targets: the active ones.
        alertmanagers: the URLs of the active ones.
        alerts: those that are pending or firing.
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
        """The configuration's path where the server runs, which in a container is the container's."""
        return posixpath.join(self.vitals.cwd, self.flags.get("config.file", ""))

    @property
    def features(self) -> tuple[str, ...]:
        """The features that ``--enable-feature`` turned on."""
        return tuple(filter(None, self.flags.get("enable-feature", "").split(",")))

    @property
    def lifecycle(self) -> bool:
        """Whether it can be asked by HTTP to reload."""
        return self.flags.get("web.enable-lifecycle") == _ON

    @property
    def auto_reload(self) -> bool:
        """Whether it reloads by itself when a file changes: a feature of 3.0, a flag from 3.12 on."""
        return "auto-reload-config" in self.features or self.flags.get("config.auto-reload") == _ON


def vitals(client: Client, base_url: str) -> Vitals:
    """Ask for what tells whether a server has reloaded: two small answers.

    Raises:
        SourceError: there was no valid answer; a server that is not ready yet gives none.
    """
    metrics = own_metrics(client, base_url)
    born, cwd = envelope.ask(client, base_url, "/api/v1/status/runtimeinfo", _process)
    return Vitals(born, cwd, metrics)


def server_state(client: Client, base_url: str) -> ServerState:
    """Look at a server; within the client's timeout for each answer, a few questions at a time.

    Raises:
        SourceError: a question got no valid answer: a state with a hole in it is none.
        UsageError: ``base_url`` is no URL.
    """
    now = server_time(client, base_url)
    version = build_info(client, base_url)
    tells_pools = (release(version or "") or (0, 0)) >= _TELLS_POOLS
    with ThreadPoolExecutor(AT_ONCE) as asking:

        def ask(question: Callable[[Client, str], Told]) -> Callable[[], Told]:
            return partial(outcome, asking.submit(question, client, base_url))

        loaded_rules = ask(rules)
        active, alive = ask(targets), ask(vitals)
        running, loaded, senders, alerts = ask(flags), ask(configuration), ask(alertmanagers), ask(active_alerts)
        pools = ask(scrape_pools) if tells_pools else None
        return ServerState(
            url=base_url,
            now=now,
            version=version,
            flags=running(),
            vitals=alive(),
            configuration=loaded(),
            rules=loaded_rules(),
            pools=None if pools is None else pools(),
            targets=active(),
            alertmanagers=senders(),
            alerts=alerts(),
        )


def _process(told: JsonObject) -> tuple[float, str]:
    data = mapping(told.get("data"), "data")
    born = moment(data.get("startTime"), "the start of the process")
    if born is None:
        raise Misshapen("it does not tell when it was started")
    return born, text(data.get("CWD"), "its folder")
