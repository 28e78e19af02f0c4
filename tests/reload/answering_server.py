"""A server on loopback with the answers of a Prometheus: it reads the live tree when it is asked, or misbehaves.

The tests over it prove what a reload does with these answers and with the files. ``tests/live`` proves the same on a
real Prometheus.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gonogo.journal.runs import Run
from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.outcome import Outcome
from gonogo.model.policy import OBS_LINT, PROMQL_UNIT
from gonogo.model.replacing import replace
from gonogo.model.rule import LoadedGroup, RuleHealth, RuleKind, RuleState
from gonogo.policy.load import load
from gonogo.programs.promtool import version_number
from gonogo.reload.compare.completed import evaluation_interval
from gonogo.reload.compare.document import ConfigurationScalar
from gonogo.reload.compare.scrape_files import static_targets
from gonogo.reload.contents import Contents, contents_of
from gonogo.reload.place import ReloadRequest, place_of
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.state_folder import StateFolder
from gonogo.reload.trees.tree import live_tree
from gonogo.reload.waits import RELOAD_WAITS, ReloadWaits
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals
from tests.config_trees import write
from tests.faulty_server import Connection, faulty

CONFIG = """\
global: {scrape_interval: 10ms, scrape_timeout: 10ms, evaluation_interval: 10ms}
rule_files: [rules/*.yml]
scrape_configs:
- job_name: node
  honor_timestamps: true
  scrape_interval: 10ms
  scrape_timeout: 10ms
  metrics_path: /metrics
  scheme: http
  follow_redirects: true
  enable_http2: true
"""
"""Written as a server shows it. A verification waits for the intervals, so they are short."""
FILES = {
    "prometheus.yml": CONFIG,
    "rules/a.yml": "groups: [{name: a, rules: [{record: 'a:b', expr: up}, {record: 'a:c', expr: up}]}]\n",
}
MORE = "groups: [{name: b, rules: [{record: 'b:c', expr: up}]}]\n"
POLICY = """\
version: 1
prometheus: {url: '%s', config: live/prometheus.yml}
rules: [live/rules/*.yml]
tests: []
journal: state/journal.sqlite
heartbeat: {textfile_dir: textfile}
reload: {min_gap: 1ms, timeout: 1s%s}
"""
SEEN = {"__scheme__": "http", "__metrics_path__": "/metrics"}
"""The labels of a target before relabelling whose job gives none of them."""
PASSED = (Run(OBS_LINT, Outcome.PASS, "fine"), Run(PROMQL_UNIT, Outcome.PASS, "fine"))

Reply = tuple[str, bytes]
LOADED: Reply = ("200 OK", b"")
REJECTED: Reply = ("500 Internal Server Error", b"failed to reload config: one or more errors occurred")
NOT_READY: Reply = ("503 Service Unavailable", b"Service Unavailable")
NOT_SENT: Reply = ("403 Forbidden", b"Lifecycle API is not enabled.")
UNANSWERED: Reply = ("502 Bad Gateway", b"the server behind this gateway did not answer")


@dataclass
class AnsweringServer:
    """The server.

    Attributes:
        config: the live configuration.
        url: the address, once the server listens.
        state_now: the state that the answers show.
        replies: the answers to the next reloads; then it is ``LOADED``, and the tree is read.
        before_answer: is called before each answer to a reload.
        before_look: is called before each answer about the rules.
        is_up: whether the server answers at all.
        asked: the number of reloads that were asked for.
    """

    config: Path
    url: str = ""
    state_now: ServerState = field(init=False)
    replies: list[Reply] = field(default_factory=list)
    before_answer: Callable[[], object] = lambda: None
    before_look: Callable[[], object] = lambda: None
    is_up: bool = True
    asked: int = 0

    def __post_init__(self) -> None:
        """Read the tree as it is now."""
        flags = {"config.file": str(self.config), "web.enable-lifecycle": "true"}
        born = Vitals(1.0, "/", OwnMetrics(True, 900.0, 1.0))
        self.state_now = ServerState("", 2000.0, version_number(), flags, born, "", (), ("node",), (), (), ())
        self.read()

    def read(self) -> None:
        """Read the files, evaluate the rules, and let a second pass."""
        tree = live_tree(self.config)
        contents = contents_of(tree, snapshot(tree))
        at = self.metrics.success_at + 1
        groups = tuple(
            LoadedGroup(
                group.name,
                evaluation_interval(contents.text),
                tuple(RuleState(rule, RuleHealth.OK, evaluated_at=at + 1) for rule in group.rules),
                f"{self.config.parent}/{group.file}",
            )
            for group in contents.rules
        )
        self.state_now = replace(
            self.state_now,
            configuration=contents.text,
            rules=groups,
            pools=("node", *contents.scrapes.jobs),
            targets=tuple(_targets(contents, at + 0.5)),
        )
        self.set_metrics(success_at=at, successful=True)

    @property
    def metrics(self) -> OwnMetrics:
        """Return the metrics of the server."""
        return self.state_now.vitals.metrics

    def set_metrics(self, **changes: object) -> None:
        """Change the values of its metrics."""
        metrics = replace(self.metrics, **changes)  # type: ignore[arg-type]
        self.state_now = replace(self.state_now, vitals=replace(self.state_now.vitals, metrics=metrics))

    def answer(self, connection: Connection) -> None:
        """Answer one request as a Prometheus would, or not at all."""
        if not self.is_up:
            return
        line, _, _ = connection.request.decode().partition("\r\n")
        _, _, rest = line.partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        if path == "/-/reload":
            connection.answer(*self._reloaded(), "Connection: close")
        elif path in {"/-/ready", "/metrics"}:
            connection.answer("200 OK", _metrics(self.metrics).encode(), "Connection: close")
        else:
            if path == "/api/v1/rules":
                self.before_look()
            body = json.dumps({"status": "success", "data": _data(self.state_now, path)}).encode()
            connection.answer("200 OK", body, "Content-Type: application/json", "Connection: close")

    def _reloaded(self) -> Reply:
        self.asked += 1
        self.before_answer()
        reply = self.replies.pop(0) if self.replies else LOADED
        if reply == LOADED:
            self.read()
        elif reply == REJECTED:
            self.set_metrics(successful=False)
        return reply


def _targets(contents: Contents, at: float) -> Iterator[Target]:
    """Make the targets of scrape files as a server shows them."""
    for name, job in contents.scrapes.jobs.items():
        for labels, address in static_targets(job.written):
            own = {key: tree.text for key, tree in labels.items() if isinstance(tree, ConfigurationScalar)}
            times = {f"__{key}__": str(job.tree[key].text) for key in ("scrape_interval", "scrape_timeout")}  # type: ignore[union-attr]
            seen = {**SEEN, **times, **own, "job": name, "__address__": address.text}
            yield Target({"job": name, "instance": address.text}, TargetHealth.UP, None, "", at, name, discovered=seen)


def _metrics(metrics: OwnMetrics) -> str:
    lines = {
        "prometheus_config_last_reload_successful": int(metrics.successful),
        "prometheus_config_last_reload_success_timestamp_seconds": metrics.success_at,
        "process_start_time_seconds": metrics.started_at,
        "prometheus_target_scrape_pools_failed_total": metrics.pools_failed,
        "prometheus_target_scrape_pool_reloads_failed_total": metrics.pool_reloads_failed,
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def _data(state: ServerState, path: str) -> object:
    """Return the data of an answer of the API."""
    build = {"version": state.version, "goVersion": "go1.19", "revision": "", "branch": ""}
    return {
        "query": {"resultType": "scalar", "result": [state.now, str(state.now)]},
        "status/buildinfo": build if state.version else {},
        "status/runtimeinfo": {"startTime": _moment(state.vitals.born), "CWD": state.vitals.cwd},
        "status/flags": state.flags,
        "status/config": {"yaml": state.configuration},
        "scrape_pools": {"scrapePools": state.pools},
        "targets": {"activeTargets": [_target(one) for one in state.targets]},
        "rules": {"groups": [_group(one) for one in state.rules]},
        "alertmanagers": {"activeAlertmanagers": []},
        "alerts": {"alerts": []},
    }[path.removeprefix("/api/v1/")]


def _group(group: LoadedGroup) -> dict[str, object]:
    rules = [_rule(state) for state in group.rules]
    return {"name": group.name, "file": group.file, "interval": group.interval.total_seconds(), "rules": rules}


def _rule(state: RuleState) -> dict[str, object]:
    rule = state.rule
    return {
        "type": "recording" if rule.kind is RuleKind.RECORD else "alerting",
        "name": rule.name,
        "query": rule.expression,
        "labels": dict(rule.labels),
        "health": state.health,
        "lastError": state.last_error or "",
        "lastEvaluation": _moment(state.evaluated_at or 0.0),
    }


def _target(target: Target) -> dict[str, object]:
    return {
        "labels": dict(target.labels),
        "discoveredLabels": dict(target.discovered),
        "health": target.health,
        "lastScrape": _moment(target.last_scrape or 0.0),
        "scrapePool": target.pool,
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Scene:
    """A live tree that the server reads, a staged tree, and the policy for both."""

    folder: Path
    server: AnsweringServer
    keys: str = ""
    waits: ReloadWaits = RELOAD_WAITS

    def request(self, *, in_place: bool = False, **more: object) -> ReloadRequest:
        """Make a request to reload."""
        path = self.folder / "gonogo.yaml"
        path.write_text(POLICY % (self.server.url, self.keys), encoding="utf-8")
        staged = None if in_place else self.folder / "staged"
        request = ReloadRequest(load(path), staged=staged, checked=PASSED, beat=False, waits=self.waits)
        return replace(request, **more)  # type: ignore[arg-type]

    def state(self) -> StateFolder:
        """Return the state folder of the reloads."""
        return place_of(self.request()).state

    def live(self) -> dict[str, str]:
        """Return the live files."""
        root = self.folder / "live"
        found = (path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in found}


@contextmanager
def scene(folder: Path, keys: str = "", waits: ReloadWaits = RELOAD_WAITS) -> Iterator[Scene]:
    """Write the trees, and serve the live one. The staged tree has an additional rule."""
    write(folder / "live", FILES)
    write(folder / "staged", {**FILES, "rules/b.yml": MORE})
    (folder / "textfile").mkdir()
    server = AnsweringServer(folder / "live" / "prometheus.yml")
    with faulty(server.answer) as listening:
        server.url = listening.url
        yield Scene(folder, server, keys, waits)
