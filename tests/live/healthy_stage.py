"""The stage of healthy life: services whose pods restart, move and are scraped badly, while nothing is wrong.

The service ``cart`` has ten pods, and ``pay`` has two. One real Prometheus scrapes and evaluates every second. The
policy reads recorded, raw and evaluated signals, and alerts. It aborts on everything that it may abort on.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from gonogo.dryrun.print import WatchView, watch_line
from gonogo.dryrun.watching import watch
from gonogo.model.verdict import Verdict
from gonogo.programs.processes import prometheus
from tests.fault_matrix.estate_stage import EstateStage, Exporter, exporter
from tests.live.proxy import proxy

INTERVAL = 1.0
"""Seconds between two scrapes, and between two evaluations."""

LOOK = 0.9
"""Seconds that a HOLD may seem longer than it is: two steps of the watch, and the time of a look."""

BEFORE = 1
"""The number of steps of a watch before the event, each GO."""

LONGEST_LINE = 600

FOR = 3.0
"""The longest ``for`` of the policies, in seconds."""

AFTER = 1.8
"""Seconds of a watch after the event."""

POOL = ("cart-0", "cart-1", "cart-2", "cart-3", "cart-4", "cart-5", "cart-6", "cart-7", "cart-8", "cart-9")
NAMES = (*POOL, "pay-0", "pay-1")


@dataclass
class Pod:
    """The state of an application. A test changes it.

    Attributes:
        name: the name of the pod: the service, a hyphen and a number.
        started: the unix time of the start of the process.
        rate: requests a second.
        counted: the requests until ``since``.
        failed: the requests that failed until ``since``.
        share: the share of the requests that fail.
        since: the unix time since when ``rate`` counts.
        fails: true if the pod has the counter of ``code="500"``.
        version: the label ``pod`` of the raw series, without the service.
        extra: more labels of every series, as text that ends in a comma.
        delay: returns the seconds that a scrape takes.
        stamp: returns the timestamps of the gauges; ``None``: there are none.
        gauges: the gauges that are not the same for all pods.
    """

    name: str
    started: float = field(default_factory=time.time)
    rate: float = 20.0
    counted: float = 1e4
    failed: float = 1e2
    share: float = 0.01
    since: float = field(default_factory=time.time)
    fails: bool = True
    version: str = "a"
    extra: str = ""
    delay: Callable[[], float] = lambda: 0.0
    stamp: Callable[[float], float] | None = None
    gauges: dict[str, float] = field(default_factory=dict)

    def restart(self) -> None:
        """Begin anew: the counters are 0, and no request has failed yet."""
        self.started = self.since = time.time()
        self.counted, self.failed, self.fails = 0.0, 0.0, False

    def count(self, rate: float, share: float = 0.01) -> None:
        """Serve other numbers of requests from now on, and let another share of them fail."""
        now = time.time()
        served = self.rate * (now - self.since)
        self.counted, self.failed = self.counted + served, float(int(self.failed + self.share * served))
        self.since, self.rate, self.share = now, rate, share

    def text(self, now: float) -> str:
        """Write the metrics."""
        if seconds := self.delay():
            threading.Event().wait(seconds)
        service = self.name.partition("-")[0]
        labels = f'{self.extra}service="{service}",metric_realm="prod"'
        served = self.rate * (now - self.since)
        counts = {"200": int(self.counted + served)}
        if self.fails:
            counts["500"] = int(self.failed + self.share * served)
        stamp = f" {self.stamp(now) * 1000:.0f}" if self.stamp else ""
        gauges = {"app_saturation": 0.3, "app_depth": 7.0} | self.gauges
        lines = [f"process_start_time_seconds {self.started:.3f}"]
        lines += [f'app_requests_total{{{labels},code="{code}"}} {count}' for code, count in counts.items()]
        lines += [f"{metric}{{{labels}}} {value!r}{stamp}" for metric, value in gauges.items()]
        if self.name.endswith("-0"):
            lines.append(f'app_leader{{{labels},pod="{service}-{self.version}"}} 1')
            lines.append(f"app_debt{{{labels}}} {2e9 - now:.3f}")
        return "".join(f"{line}\n" for line in lines)


def _rule(record: str, expression: str, **labels: str) -> dict[str, object]:
    return {"record": record, "expr": expression, **({"labels": labels} if labels else {})}


PROD = 'metric_realm="prod"'
BY = "by (metric_realm, service)"
RULES: Mapping[str, Any] = {
    "groups": [
        {
            "name": "app",
            "rules": [
                _rule("app:errors:rate", f'sum {BY} (rate(app_requests_total{{code=~"5..",{PROD}}}[4s]))'),
                _rule("app:requests:rate", f"sum {BY} (rate(app_requests_total{{{PROD}}}[4s]))"),
                _rule("app:good:rate", f'sum {BY} (rate(app_requests_total{{code!~"5..",{PROD}}}[4s]))'),
                _rule("app:good:ratio", "app:good:rate / (app:requests:rate > 0)"),
                _rule("app:saturation:max", f"max {BY} (app_saturation{{{PROD}}})"),
                _rule("app:up:ratio", 'avg by (service) (up{job="app"})', metric_realm="prod"),
                {
                    "alert": "Deep",
                    "expr": f"max by (metric_realm) (app_depth{{{PROD}}}) > 20",
                    "for": "1m",
                    "labels": {"severity": "page"},
                },
                {
                    "alert": "Noted",
                    "expr": f"max by (metric_realm) (app_depth{{{PROD}}}) > 10",
                    "labels": {"severity": "info"},
                },
            ],
        }
    ]
}

GATES: Mapping[str, Mapping[str, list[str]]] = {
    "good": {
        "require": ["good >= 0.9 or traffic < 1"],
        "abort": ["good < 0.9", "unknown(good) for 3s", "unknown(traffic) for 3s"],
    },
    "failures": {"require": ["failures <= 50"], "abort": ["failures > 50", "unknown(failures) for 3s"]},
    "saturation": {
        "require": ["saturation <= 0.8 for 3s"],
        "abort": ["saturation > 0.8", "unknown(saturation) for 3s"],
    },
    "up": {
        "require": ["availability >= 0.5 for 3s"],
        "abort": ["availability < 0.5", "unknown(availability) for 3s"],
    },
    "worst": {"require": ["worst <= 0.8 for 3s"], "abort": ["worst > 0.8", "unknown(worst) for 3s"]},
    "leader": {"require": ["leader >= 1 for 2s"], "abort": ["leader < 1", "unknown(leader) for 3s"]},
    "debt": {"require": ["falling(debt, 3s)"], "abort": ["unknown(debt) for 3s"]},
    "depth": {"require": ["depth <= 1e300"], "abort": ["unknown(depth) for 3s"]},
    "pages": {"require": ["pages == 0"], "abort": ["pages > 0", "unknown(pages) for 3s"]},
}

WATCHED: Mapping[str, Any] = {
    "dry_run": {"step": "400ms", "blind": "4s"},
    "runs": {"required": []},
    "rules": ["rules.yml"],
    "tests": [],
}
"""The keys that all policies of healthy life share: a short step, and no run gates."""

POLICY: Mapping[str, Any] = {
    "version": 1,
    "preset": None,
    "realm": "prod",
    "subjects": ["service"],
    "signals": {
        "good": {"metric": "app:good:ratio", "range": [0, 1]},
        "failures": {"metric": "app:errors:rate"},
        "traffic": {"metric": "app:requests:rate"},
        "saturation": {"metric": "app:saturation:max", "range": [0, 1], "max_age": "3s"},
        "availability": {"metric": "app:up:ratio", "range": [0, 1]},
        "worst": {"expr": f"max {BY} (app_saturation{{{PROD}}})", "interval": "1s"},
        "leader": {"metric": "app_leader", "max_age": "10s"},
        "debt": {"metric": "app_debt", "max_age": "3s"},
        "depth": {"expr": f"max {BY} (app_depth{{{PROD}}})", "interval": "1s", "sources": 0.6},
        "pages": {"alerts": {"severity": "page"}, "interval": "1s", "scope": "shared"},
    },
    "gates": GATES,
    **WATCHED,
}


@dataclass
class HealthyStage(EstateStage):
    """The world of pods.

    Attributes:
        pods: the state of each pod by name.
        found: the pods that the server's discovery finds.
        labels: the label ``instance`` of the pods that do not have their own name there.
    """

    pods: dict[str, Pod]
    found: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """Return the label ``instance`` of a pod."""
        return self.labels.get(name, name)

    def end(self, gone: Iterable[str]) -> None:
        """End some pods, after discovery has lost them."""
        for name in gone:
            self.exporters[name].alive = False
            del self.pods[name]

    def discover(self, names: Iterable[str]) -> None:
        """Let the discovery of the server find exactly these pods, and wait until the server scrapes just them."""
        self.found = wanted = tuple(names)
        targets = [
            {
                "targets": [self.exporters[name].address],
                "labels": {"instance": self.label(name), "service": name.partition("-")[0]},
            }
            for name in wanted
        ]
        fresh = self.folder / "targets.new"
        fresh.write_text(json.dumps(targets), encoding="utf-8")
        fresh.rename(self.folder / "targets.json")
        others = f'up{{job="app",instance!~"{"|".join(map(self.label, wanted))}"}}'
        self.until_has(f'count(up{{job="app"}} == 1) == {len(wanted)} unless on () {others}')

    def add(self, pod: Pod) -> Pod:
        """Start a pod. The server does not know it yet."""
        self.exporters[pod.name] = self.held.enter_context(exporter(pod.text))
        self.pods[pod.name] = pod
        return pod


def choose_policy(place: EstateStage, without: AbstractSet[str], patience: float) -> None:
    """Write the policy without some of its gates. It aborts a second after ``patience``, and if blind after two."""
    text = (place.folder / "whole.yaml").read_text(encoding="utf-8")
    root = yaml.safe_load(re.sub(r"(unknown\(\w+\)) for \S+", rf"\1 for {patience + 1:.0f}s", text))
    root["gates"] = {name: gate for name, gate in root["gates"].items() if name not in without}
    root["dry_run"]["blind"] = f"{patience + 2:.0f}s"
    place.policy.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")


Event = Callable[[Any], None]
"""Something that happens to a healthy stage."""


class Enough(Exception):
    """The watch has seen enough."""


class Life(Struct, frozen=True):
    """The steps of a watch while something happened. ``abort`` is empty if the watch was not aborted."""

    views: tuple[WatchView, ...]
    abort: str

    def refusal(self) -> str:
        """Return why the watch ended, or that a verdict was NO-GO. The text is empty if neither is so."""
        worst = {view.step.judgement.verdict for view in self.views}
        return self.abort or ("NO-GO" if Verdict.NO_GO in worst else "")

    def longest_hold(self) -> float:
        """Return the longest time without a break for which the verdict was HOLD, from step to step."""
        longest, since = 0.0, None
        for view in self.views:
            if view.step.judgement.verdict is Verdict.GO:
                since = None
                continue
            since = view.step.at if since is None else since
            longest = max(longest, view.step.at - since)
        return longest

    def text(self) -> str:
        """Write all steps."""
        return "\n".join([*(watch_line(view)[:LONGEST_LINE] for view in self.views), self.abort])


def lived(place: EstateStage, event: Event) -> Life:
    """Watch while an event happens, and for some seconds after it, until GO."""
    views: list[WatchView] = []
    happening: list[Future[None]] = []
    ended: list[float] = []

    def kept(view: WatchView) -> None:
        views.append(view)
        if len(views) == BEFORE:
            happening.append(pool.submit(event, place))
        if happening and happening[0].done():
            ended[:] = ended or [view.step.at]
            if view.step.at - ended[0] >= AFTER and view.step.judgement.verdict is Verdict.GO:
                raise Enough

    with ThreadPoolExecutor(1) as pool:
        try:
            seen = watch(place.policy_file(), place.url, timedelta(minutes=2), lambda _: None, lambda: None, kept)
        except Enough:
            happening[0].result()
            return Life(tuple(views), "")
    return Life(tuple(views), seen.abort.detail if seen.abort else "the event has not ended within 2 min")


CONFIG: Mapping[str, Any] = {
    "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
    "rule_files": ["rules.yml", "more/*.yml"],
    "scrape_configs": [{"job_name": "app", "file_sd_configs": [{"files": ["targets.json"]}]}],
}

FLAGS = ("--web.enable-admin-api", "--web.enable-remote-write-receiver")


def write_files(folder: Path, rules: Mapping[str, Any], policy: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Write the rule file, the whole policy and the configuration of a stage."""
    for name, root in (("rules.yml", rules), ("whole.yaml", policy), ("prometheus.yml", config)):
        (folder / name).write_text(yaml.safe_dump(dict(root), sort_keys=False), encoding="utf-8")


@contextmanager
def pods_stage(folder: Path) -> Iterator[HealthyStage]:
    """Start the pods and the server, and wait until the verdict is GO."""
    with ExitStack() as held:
        pods = {name: Pod(name) for name in NAMES}
        exporters: dict[str, Exporter] = {n: held.enter_context(exporter(p.text)) for n, p in pods.items()}
        (folder / "targets.json").write_text("[]", encoding="utf-8")
        write_files(folder, RULES, POLICY, CONFIG)
        server = held.enter_context(prometheus(folder / "data", folder / "prometheus.yml", flags=FLAGS))
        front = held.enter_context(proxy(server.url))
        place = HealthyStage(folder, server, front, exporters, held, pods)
        place.discover(NAMES)
        yield place
