"""A running sandbox: real servers with a scripted month.

A real Prometheus, Pushgateway and node_exporter run on free ports of loopback. Their sources
are scripted. The rules, the scrapes and the beats are real. Windows, ``for``
and thresholds are never scaled. Only scrapes and rule groups run more often than usual.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gonogo.disk import durable
from gonogo.errors import ActionFailed, SourceError
from gonogo.model.evidence import TargetHealth
from gonogo.policy.load import PolicyFile
from gonogo.programs.server_process import RunningServer
from gonogo.rulepack.assemble import rules_file
from gonogo.sandbox.layout import SandboxLayout
from gonogo.sandbox.traffic import Traffic
from gonogo.server.api import query
from gonogo.server.status_api import reload
from gonogo.server.status_api import targets as active_targets
from gonogo.stopping import looks

PATIENCE = timedelta(seconds=60)
"""The longest wait until a change is seen on the server."""

POLL = 0.2


@dataclass(slots=True)
class Stack:
    """A running sandbox, with methods to inject faults and to fix them.

    Attributes:
        layout: the paths of its files.
        policy_file: its loaded policy.
        prometheus: the server that scrapes and evaluates.
        pushgateway: the Pushgateway for the rehearsals.
        node_exporter: the exporter of the text files.
        traffic: the scripted sources and the beats.
        interval: the interval of scrapes and rule groups.
        end: the unix time at which the history ends and the live part begins.
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
    def rules_path(self) -> Path:
        """The file of the recording rules."""
        return self.layout.rules / rules_file(self.policy_file.policy)

    @property
    def servers(self) -> tuple[RunningServer, ...]:
        """The three servers."""
        return (self.prometheus, self.pushgateway, self.node_exporter)

    def reload(self) -> None:
        """Let Prometheus reload its configuration and rules as they are on disk.

        Raises:
            SourceError: Prometheus refused. The error says why.
        """
        reload(self.prometheus.client, self.prometheus.url)

    def write(self, path: Path, text: str) -> None:
        """Replace a file in one step, and keep the old content for ``restore``."""
        if path not in self._originals:
            self._originals[path] = path.read_bytes() if path.exists() else None
        durable.replace(path, text.encode())

    def restore(self) -> None:
        """Restore every file that ``write`` changed."""
        for path, content in self._originals.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                durable.replace(path, content)
        self._originals.clear()

    def has(self, promql: str) -> bool:
        """Return whether an instant query returns a series."""
        return bool(query(self.prometheus.client, self.prometheus.url, promql).series)

    def until(
        self,
        seen: Callable[[], object],
        what: str,
        within: timedelta = PATIENCE,
        instead: Callable[[], str] | None = None,
    ) -> None:
        """Wait until ``seen`` returns true. While the server is unreachable the wait goes on.

        Args:
            seen: the check.
            what: the name of the expected state, for the error.
            within: the longest wait.
            instead: returns the actual state, for the error. The default is the end of Prometheus's log.

        Raises:
            ActionFailed: the time is up.
        """
        if not any(_true(seen) for _ in looks(within.total_seconds(), POLL)):
            raise ActionFailed(
                f"the sandbox waited {within.total_seconds():.0f} s in vain for {what}",
                where=self.prometheus.url,
                why=instead() if instead else f"the log of Prometheus ends:\n{self.prometheus.log_tail()}",
                next_step=f"read the logs in {self.layout.servers}",
            )

    def settle(self) -> None:
        """Wait until every target is up and the server has a beat that is made now.

        Raises:
            ActionFailed: that took too long.
        """
        newest = f"{self.policy_file.policy.prefix}_textfile_heartbeat_seq >= {self.traffic.beat().sequence}"
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
