"""A server in memory that reads the live tree when it is asked, and can be made to misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from gonogo.errors import SourceError
from gonogo.journal.runs import Run
from gonogo.model.evidence import Target, TargetHealth
from gonogo.model.outcome import Outcome
from gonogo.model.policy import OBS_LINT, PROMQL_UNIT
from gonogo.model.rule import LoadedGroup, RuleHealth, RuleState
from gonogo.policy.load import load
from gonogo.programs.promtool import version_number
from gonogo.reload import recovery, run
from gonogo.reload.compare.completed import evaluation_interval
from gonogo.reload.compare.document import ConfigurationScalar
from gonogo.reload.compare.scrape_files import static_targets
from gonogo.reload.contents import Contents, contents_of
from gonogo.reload.place import ReloadPlace, ReloadRequest, place_of
from gonogo.reload.trees.manifest import snapshot
from gonogo.reload.trees.tree import live_tree
from gonogo.reload.trigger import Reply, Triggered
from gonogo.server.own_metrics import OwnMetrics
from gonogo.server.server_state import ServerState, Vitals
from tests.config_trees import write

CONFIG = """\
global: {scrape_interval: 1m, scrape_timeout: 10s, evaluation_interval: 1m}
rule_files: [rules/*.yml]
scrape_configs:
- job_name: node
  honor_timestamps: true
  scrape_interval: 1m
  scrape_timeout: 10s
  metrics_path: /metrics
  scheme: http
  follow_redirects: true
  enable_http2: true
"""
"""Written as a server shows it."""
FILES = {
    "prometheus.yml": CONFIG,
    "rules/a.yml": "groups: [{name: a, rules: [{record: 'a:b', expr: up}, {record: 'a:c', expr: up}]}]\n",
}
MORE = "groups: [{name: b, rules: [{record: 'b:c', expr: up}]}]\n"
POLICY = """\
version: 1
prometheus: {config: live/prometheus.yml}
rules: [live/rules/*.yml]
tests: []
journal: state/journal.sqlite
heartbeat: {textfile_dir: textfile}
reload: {min_gap: 1ms, timeout: 1s%s}
"""
SEEN = {"__scheme__": "http", "__metrics_path__": "/metrics"}
"""The labels of a target before relabelling whose job gives none of them."""
PASSED = (Run(OBS_LINT, Outcome.PASS, "fine"), Run(PROMQL_UNIT, Outcome.PASS, "fine"))
LOADED = Triggered(Reply.LOADED, "200")
REJECTED = Triggered(Reply.REJECTED, "500", "see its log")


@dataclass
class InMemory:
    """The server.

    Attributes:
        config: the live configuration.
        state_now: what it tells.
        replies: what it answers to the next reloads; ``LOADED`` and reading the tree when they are used up.
        before_answer: is called before each answer.
    """

    config: Path
    url: str = "http://127.0.0.1:9090"
    state_now: ServerState = field(init=False)
    replies: list[Triggered] = field(default_factory=list)
    before_answer: Callable[[], object] = lambda: None
    is_up: bool = True
    asked: int = 0
    looks: int = 0

    def __post_init__(self) -> None:
        """Read the tree as it stands."""
        metrics = OwnMetrics(True, 900.0, 1.0)
        flags = {"config.file": str(self.config), "web.enable-lifecycle": "true"}
        born = Vitals(1.0, "/", metrics)
        self.state_now = ServerState(self.url, 2000.0, version_number(), flags, born, "", (), ("node",), (), (), ())
        self.read()

    def read(self) -> None:
        """Read the files, evaluate, and be a second older."""
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
        self.tell(success_at=at, successful=True)

    @property
    def metrics(self) -> OwnMetrics:
        """Return the metrics of the server."""
        return self.state_now.vitals.metrics

    def tell(self, **changes: object) -> None:
        """Change what its metrics say."""
        metrics = replace(self.metrics, **changes)  # type: ignore[arg-type]
        self.state_now = replace(self.state_now, vitals=replace(self.state_now.vitals, metrics=metrics))

    def unready(self) -> str:
        """Say whether it is down."""
        return "" if self.is_up else f"{self.url} is down"

    def state(self) -> ServerState:
        """Return the whole state."""
        if not self.is_up:
            raise SourceError("no answer", where=self.url, why="it is down")
        return self.state_now

    def spelled(self, state: ServerState) -> ServerState:
        """Have every expression in the spelling of the files."""
        return state

    def as_spelled(self, contents: Contents) -> Contents:
        """Spell every expression as it is."""
        return contents

    def vitals(self) -> Vitals:
        """Return the vitals."""
        return self.state().vitals

    def cannot_be_asked(self, before: ServerState) -> str:
        """Return that the server can be asked."""
        del before
        return ""

    def trigger(self, before: ServerState) -> Triggered:
        """Give the planned answer, and read the files if the answer is a success."""
        del before
        self.asked += 1
        self.before_answer()
        triggered = self.replies.pop(0) if self.replies else LOADED
        if triggered.reply is Reply.LOADED:
            self.read()
        elif triggered.reply is Reply.REJECTED:
            self.tell(successful=False)
        return triggered


def _targets(contents: Contents, at: float) -> Iterator[Target]:
    """Make the targets of scrape files as a server shows them."""
    for name, job in contents.scrapes.jobs.items():
        for labels, address in static_targets(job.written):
            own = {key: tree.text for key, tree in labels.items() if isinstance(tree, ConfigurationScalar)}
            times = {f"__{key}__": str(job.tree[key].text) for key in ("scrape_interval", "scrape_timeout")}  # type: ignore[union-attr]
            seen = {**SEEN, **times, **own, "job": name, "__address__": address.text}
            yield Target({"job": name, "instance": address.text}, TargetHealth.UP, None, "", at, name, discovered=seen)


@dataclass(frozen=True)
class Scene:
    """A live tree under a server in memory, a staged one, and the policy over both."""

    folder: Path
    server: InMemory
    keys: str = ""

    def request(self, *, in_place: bool = False, **more: object) -> ReloadRequest:
        """Ask to reload."""
        path = self.folder / "gonogo.yaml"
        path.write_text(POLICY % self.keys, encoding="utf-8")
        staged = None if in_place else self.folder / "staged"
        request = ReloadRequest(load(path), staged=staged, checked=PASSED, beat=False)
        return replace(request, **more)  # type: ignore[arg-type]

    def place(self, request: ReloadRequest) -> ReloadPlace:
        """Give where it happens, with this server."""
        return replace(place_of(request), server=self.server)  # type: ignore[arg-type]

    def live(self) -> dict[str, str]:
        """Give the live files."""
        root = self.folder / "live"
        found = (path for path in root.rglob("*") if path.is_file())
        return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in found}


def scene(folder: Path, monkeypatch: pytest.MonkeyPatch, keys: str = "") -> Scene:
    """Write the trees; the staged one has a rule more."""
    write(folder / "live", FILES)
    write(folder / "staged", {**FILES, "rules/b.yml": MORE})
    (folder / "textfile").mkdir()
    made = Scene(folder, InMemory(folder / "live" / "prometheus.yml"), keys)
    monkeypatch.setattr(run, "place_of", made.place)
    monkeypatch.setattr(recovery, "place_of", made.place)
    return made
