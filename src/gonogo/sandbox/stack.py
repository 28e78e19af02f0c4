"""The sandbox: real servers over a scripted month, alive until the block ends.

A real Prometheus, Pushgateway and node_exporter run on free ports of loopback. What
feeds them is scripted; the rules, the scrapes and the beats are real. Windows, ``for``
and thresholds are never scaled: only scrapes and rule groups run more often than usual.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gonogo.disk import durable
from gonogo.errors import ActionFailed, SourceError
from gonogo.model.beat import Beat
from gonogo.model.evidence import TargetHealth
from gonogo.policy.load import PolicyFile
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.assemble import rules_file
from gonogo.sandbox.layout import (
    SandboxLayout,
)
from gonogo.sandbox.traffic import Traffic
from gonogo.server.api import query
from gonogo.server.status_api import reload
from gonogo.server.targets_api import targets as active_targets
from gonogo.stopping import pause

PATIENCE = timedelta(seconds=60)
"""How long something may take to be seen on the server."""

POLL = 0.05


@dataclass(slots=True)
class Stack:
    """A running sandbox, with handles for hurting and mending it.

    Attributes:
        layout: where its files are.
        policy_file: its policy, as loaded.
        prometheus: the server that scrapes and evaluates.
        pushgateway: holds what the rehearsals push.
        node_exporter: exports the text files.
        traffic: the scripted sources and the beats.
        interval: how often it scrapes and evaluates.
        end: the unix time at which the history ends and live begins.
    """

    layout: SandboxLayout
    policy_file: PolicyFile
    prometheus: RunningServer
    pushgateway: RunningServer
    node_exporter: RunningServer
    traffic: Traffic
    interval: timedelta
    end: float
    _originals: dict[Path, bytes | None] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """The folder of all its files."""
        return self.layout.directory

    @property
    def policy_path(self) -> Path:
        """Its policy's file."""
        return self.layout.policy

    @property
    def rules_path(self) -> Path:
        """The file of its recording rules."""
        return self.layout.rules / rules_file(self.policy_file.policy)

    @property
    def servers(self) -> tuple[RunningServer, ...]:
        """All three servers."""
        return (self.prometheus, self.pushgateway, self.node_exporter)

    def beat(self) -> Beat:
        """Beat once, now.

        Raises:
            GonogoError: the beat was not published.
        """
        return self.traffic.beat()

    def restart_prometheus(self) -> None:
        """Stop Prometheus and start it again, with the same port and storage."""
        self.prometheus.restart()

    def reload(self) -> None:
        """Ask Prometheus to read its configuration and rules again, whatever they are.

        Raises:
            SourceError: it refused; what was wrong is in the error.
        """
        reload(self.prometheus.client, self.prometheus.url)

    def write(self, path: Path, text: str) -> None:
        """Put a file in place in one step, and remember what was there; ``restore`` puts it back."""
        if path not in self._originals:
            self._originals[path] = path.read_bytes() if path.exists() else None
        durable.replace(path, text.encode())

    def write_rules(self, text: str) -> None:
        """Replace the recording rules on disk."""
        self.write(self.rules_path, text)

    def restore(self) -> None:
        """Put every file back that ``write`` or ``expose`` changed."""
        for path, content in self._originals.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                durable.replace(path, content)
        self._originals.clear()

    def expose(self, name: str, text: str) -> None:
        """Let node_exporter export one more text file."""
        self.write(self.layout.textfile_dir / f"{name}.prom", text)

    def has(self, promql: str) -> bool:
        """Tell whether an instant query answers any series."""
        return bool(query(self.prometheus.client, self.prometheus.url, promql).series)

    def until(
        self,
        seen: Callable[[], object],
        what: str,
        within: timedelta = PATIENCE,
        instead: Callable[[], str] | None = None,
    ) -> None:
        """Wait until something is true; an unreachable server counts as not yet.

        Args:
            seen: looks.
            what: names it.
            within: how long to wait.
            instead: tells what is seen instead; by default the end of Prometheus's log.

        Raises:
            ActionFailed: the time is up.
        """
        deadline = time.monotonic() + within.total_seconds()
        while not _true(seen):
            if time.monotonic() >= deadline:
                raise ActionFailed(
                    f"the sandbox waited in vain for {what}",
                    where=self.prometheus.url,
                    why=instead() if instead else f"the log of Prometheus ends:\n{self.prometheus.log_tail()}",
                    next_step=f"read the logs in {self.layout.servers}",
                )
            pause(POLL)

    def settle(self) -> None:
        """Wait until every target is up, and a beat made now is on the server.

        Raises:
            ActionFailed: that took too long.
        """
        newest = f"{self.policy_file.policy.prefix}_textfile_heartbeat_seq >= {self.beat().sequence}"
        self.until(self._all_up, "all targets to be up")
        self.until(lambda: self.has(newest), "its beat to arrive")

    def _all_up(self) -> bool:
        found = active_targets(self.prometheus.client, self.prometheus.url)
        return len(found) == len(self.servers) and all(target.health is TargetHealth.UP for target in found)


def _true(seen: Callable[[], object]) -> bool:
    try:
        return bool(seen())
    except SourceError:
        return False
