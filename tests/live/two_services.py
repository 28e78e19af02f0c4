"""Two services with two instances each, scraped every second, and rules over them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gonogo.policy.load import PolicyFile, load
from gonogo.programs.processes import node_exporter, prometheus
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import query
from gonogo.server.http import Client
from tests.waiting import await_true

SERVICES = ("checkout", "payments")

CONFIG = """\
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: services
    honor_labels: true
    static_configs:
"""

RULES = """\
groups:
  - name: services
    rules:
      - {record: 'service:errors:ratio', expr: 'avg by (service, metric_realm) (errors)'}
      - {record: 'service:up:ratio', expr: 'avg by (service, metric_realm) (up)'}
"""

POLICY = """\
version: 1
preset: null
realm: prod
subjects: %(subjects)s
rules: [rules/*.yml]
journal: journal.sqlite
runs: {required: []}
prometheus: {url: '%(url)s', config: prometheus.yml}
signals:
  errors: {metric: 'service:errors:ratio', range: [0, 1]}
  up: {metric: 'service:up:ratio', range: [0, 1]}
  pod_errors: {scope: shared}
gates: {g: {require: ['%(require)s'], abort: %(abort)s}}
dry_run: {step: 1s, blind: %(blind)s, on_abort: %(on_abort)s}
"""


@dataclass
class TwoServices:
    """The running world: the server, and the exporters of each service."""

    folder: Path
    server: RunningServer
    instances: dict[str, list[RunningServer]]

    @property
    def told(self) -> Path:
        """The file in which the program of ``on_abort`` keeps its input."""
        return self.folder / "told.json"

    def policy(
        self,
        *,
        abort: str = "[]",
        require: str = "errors <= 0.1",
        blind: str = "10m",
        url: str | None = None,
        subjects: str = "[service]",
    ) -> PolicyFile:
        """Write a policy and load it."""
        keep = f"import sys; open({str(self.told)!r}, 'w').write(sys.stdin.read()); print('rolled back')"
        on_abort = json.dumps([sys.executable, "-c", keep])
        path = self.folder / "gonogo.yaml"
        values = {"url": url or self.server.url, "abort": abort, "require": require, "blind": blind}
        values["subjects"] = subjects
        path.write_text(POLICY % (values | {"on_abort": on_abort}), encoding="utf-8")
        return load(path)

    def expose(self, place: int, service: str, errors: float = 0.0) -> None:
        """Let an instance, by its place, export the errors of a service."""
        textfile = self.folder / f"instance-{place}" / f"{service}.prom"
        fresh = textfile.with_suffix(".new")
        fresh.write_text(f'errors{{metric_realm="prod",service="{service}"}} {errors}\n', encoding="utf-8")
        fresh.rename(textfile)

    def deploy(self, pod: str) -> None:
        """Let the first instance export its errors from another pod, in place of the one before."""
        textfile = self.folder / "instance-0" / "pod.prom"
        textfile.with_suffix(".new").write_text(f'pod_errors{{metric_realm="prod",pod="{pod}"}} 0\n', encoding="utf-8")
        textfile.with_suffix(".new").rename(textfile)

    def known_for(self, seconds: int, services: int = len(SERVICES)) -> None:
        """Wait until each service has so many samples of the rule, one a second."""
        asked = f"count(count_over_time(service:errors:ratio[{seconds + 2}s]) >= {seconds}) >= {services}"
        await_true(lambda: query(Client(), self.server.url, asked).series)


@contextmanager
def two_services(folder: Path) -> Iterator[TwoServices]:
    """Start the world: instances 0 and 1 are of the first service, 2 and 3 of the second."""
    with ExitStack() as held:
        instances: dict[str, list[RunningServer]] = {service: [] for service in SERVICES}
        targets = []
        for place, service in enumerate(service for service in SERVICES for _ in range(2)):
            exporter = held.enter_context(
                node_exporter(folder / f"instance-{place}", directory=folder / f"log-{place}")
            )
            instances[service].append(exporter)
            address = exporter.url.partition("://")[2]
            targets.append(f"      - {{targets: ['{address}'], labels: {{service: {service}, metric_realm: prod}}}}\n")
        (folder / "rules").mkdir()
        (folder / "rules" / "services.yml").write_text(RULES, encoding="utf-8")
        config = folder / "prometheus.yml"
        config.write_text(CONFIG + "".join(targets), encoding="utf-8")
        server = held.enter_context(prometheus(folder / "server", config))
        world = TwoServices(folder, server, instances)
        for place, service in enumerate(service for service in SERVICES for _ in range(2)):
            world.expose(place, service)
        yield world
