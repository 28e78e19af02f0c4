"""A real Prometheus with one real target, and what a reload of it needs: quick to read, quick to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from gonogo.programs.processes import HOST, Program, node_exporter, prometheus, start
from gonogo.programs.server_process import RunningServer
from gonogo.reload.asking import Settled, settle
from gonogo.reload.compare.configuration import difference
from gonogo.reload.contents import StagedConfiguration, staged
from gonogo.reload.loaded_comparison import Reload, Unmet
from gonogo.reload.trigger import Triggered, post_reload
from gonogo.reload.verify import verify
from gonogo.server.http import Client
from gonogo.server.server_state import ServerState, Vitals, server_state, vitals
from gonogo.smoke.run import read_files
from tests.waiting import await_true

CLIENT = Client()
SOON = timedelta(seconds=2)
LATER = timedelta(seconds=15)

RULES = """
groups:
  - name: first
    rules:
      - {record: 'job:up:sum', expr: 'sum by (job) (up{})'}
      - {alert: Up, expr: 'up == 1', for: 1h, labels: {severity: page}, annotations: {summary: '{{ $value }} is up'}}
"""


class Stage(Struct, frozen=True):
    """The server, its target, and the folder with ``prometheus.yml`` and ``rules``."""

    folder: Path
    server: RunningServer
    target: str

    @property
    def configuration(self) -> Path:
        """The file that the server reads."""
        return self.folder / "prometheus.yml"

    def configure(self, jobs: str = "", more: str = "", rule_files: str = "rules/*.yml") -> None:
        """Write the configuration: the target's job, and what a test wants beside it."""
        write_configuration(self.folder, self.target, jobs, more, rule_files)

    def rules(self, text: str, name: str = "rules.yml") -> Path:
        """Write a rule file."""
        path = self.folder / "rules" / name
        path.write_text(text, encoding="utf-8")
        return path

    def state(self) -> ServerState:
        """Look at all of the server."""
        return server_state(CLIENT, self.server.url)

    def vitals(self) -> Vitals:
        """Look at its vitals."""
        return vitals(CLIENT, self.server.url)

    def settled(self) -> ServerState:
        """Look at the server once its target is scraped and its rules are evaluated."""
        await_true(lambda: _is_running(self.state()))
        return self.state()

    def staged(self) -> StagedConfiguration:
        """Read what the server should be from the files."""
        return staged_tree(self.folder)

    def post(self, timeout: timedelta = LATER) -> tuple[Vitals, Triggered]:
        """Ask for a reload; gives the vitals just before as well."""
        asked = self.vitals()
        return asked, post_reload(CLIENT, self.server.url, timeout)

    def reload(self) -> tuple[Reload, Settled]:
        """Ask for a reload that is going to be loaded, and settle it."""
        asked, triggered = self.post()
        found = settle(asked, triggered, self.vitals, LATER)
        assert found.vitals is not None, found
        return Reload(asked, found.vitals), found

    def verify(
        self, before: ServerState, reload: Reload, wanted: StagedConfiguration | None = None
    ) -> tuple[Unmet, ...]:
        """Verify a reload against the files, or against what was wanted."""
        return verify(before, wanted or self.staged(), reload, self.state)


def write_configuration(folder: Path, target: str, jobs: str = "", more: str = "", rules: str = "rules/*.yml") -> None:
    """Write ``prometheus.yml``; ``jobs`` are items of a list, ``more`` are keys of the top."""
    lines = (
        "global: {scrape_interval: 1s, evaluation_interval: 1s}",
        f"rule_files: ['{rules}']",
        more,
        "scrape_configs:",
        f"  - {{job_name: node, static_configs: [{{targets: ['{target}']}}]}}",
        jobs,
        "",
    )
    (folder / "prometheus.yml").write_text("\n".join(line for line in lines if line), encoding="utf-8")


def staged_tree(folder: Path) -> StagedConfiguration:
    """Read what a server should be from ``prometheus.yml`` and ``rules`` of a folder."""
    path = folder / "prometheus.yml"
    text = path.read_text(encoding="utf-8")
    groups = read_files(sorted((folder / "rules").glob("*.yml")))
    return staged(text, str(path), groups, lambda loaded: [one.words for one in difference(text, loaded)])


@contextmanager
def stage(
    folder: Path, run: Callable[[Path, Path], AbstractContextManager[RunningServer]] = prometheus
) -> Iterator[Stage]:
    """Run the server over good files; ``run`` starts it, given its own folder and its configuration."""
    (folder / "rules").mkdir(parents=True)
    with node_exporter(folder / "textfile") as node:
        target = node.url.removeprefix("http://")
        write_configuration(folder, target)
        (folder / "rules" / "rules.yml").write_text(RULES, encoding="utf-8")
        with run(folder / "prometheus", folder / "prometheus.yml") as server:
            yield Stage(folder, server, target)


def without_lifecycle(folder: Path, configuration: Path) -> AbstractContextManager[RunningServer]:
    """Run a Prometheus that cannot be asked by HTTP to reload."""

    def argv(port: int) -> Sequence[str]:
        listen = f"--web.listen-address={HOST}:{port}"
        return (f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}", listen)

    return start(Program("prometheus", "/-/ready"), folder, argv)


def _is_running(state: ServerState) -> bool:
    scraped = bool(state.targets) and all(target.last_scrape for target in state.targets)
    return scraped and all(rule.evaluated_at for group in state.rules for rule in group.rules)
