"""``gonogo decide`` over 10,000 subjects of 12 signals, against the server's own answer time.

A real Prometheus gets 120,000 series by backfilled blocks. What decide asks of it is
asked once more, with the same concurrency, by nothing but sockets that throw the answers
away: that is the server's time for the same data. Runs alternate; the ratio is that of
the medians.

Run: python bench/decide_fleet.py [SUBJECTS]
"""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

from gonogo.app.decide import prepare
from gonogo.model.evidence import TargetHealth
from gonogo.policy.load import load
from gonogo.prometheus.http import Client
from gonogo.prometheus.processes import prometheus
from gonogo.prometheus.promtool import backfill_openmetrics
from gonogo.prometheus.targets_api import targets
from gonogo.rules.matchers import named

SUBJECTS = 10_000
SIGNALS = 12
STEP = 30
SAMPLES = 20
RUNS = 5
GOAL = 2.0

CONFIG = """\
global: {scrape_interval: 1m, evaluation_interval: 1m}
scrape_configs:
  - job_name: fleet
    static_configs: [{targets: ["127.0.0.1:%d"], labels: {instance: fleet}}]
"""


def policy_text(url: str) -> str:
    """Write a policy of a dozen signals for every service."""
    names = [f"signal_{number}" for number in range(SIGNALS)]
    signals = "".join(f"  {name}: {{range: [0, 1], max_age: 5m}}\n" for name in names)
    required = ", ".join(f'"{name} <= 0.9"' for name in names)
    return (
        f"version: 1\npreset: null\nrealm: prod\nprefix: fleet\nsubjects: [service]\nrules: []\n"
        f"runs: {{required: []}}\nprometheus: {{url: '{url}', timeout: 30s, max_bytes: 1073741824}}\n"
        f"signals:\n{signals}gates:\n  all: {{require: [{required}]}}\n"
    )


def history(subjects: int, end: int) -> str:
    """Write the samples of every series as OpenMetrics, newest at ``end``."""
    lines = []
    for number in range(SIGNALS):
        metric = f"fleet_signal_{number}"
        lines.append(f"# TYPE {metric} gauge")
        for subject in range(subjects):
            labels = f'{{metric_realm="prod",service="service-{subject:05d}",job="fleet",instance="fleet"}}'
            value = (subject * 7 + number) % 90 / 100
            lines += [f"{metric}{labels} {value} {end - STEP * (SAMPLES - n - 1)}" for n in range(SAMPLES)]
    return "\n".join([*lines, "# EOF\n"])


def questions(policy_path: Path, url: str) -> list[tuple[str, dict[str, str]]]:
    """List what decide asks, as paths and forms."""
    survey = prepare(load(policy_path), url)
    asked = survey.questions
    queries = [f"{named(metrics)}[{int(w.total_seconds())}s]" for w, metrics in asked.windows.items()]
    queries += [named((*asked.instant, "push_time_seconds")), "time()"]
    parts = [
        f'label_replace(count by (job, instance) ({s.text}), "s", "{n}", "", "")' for n, s in enumerate(asked.origins)
    ]
    queries.append(" or ".join(parts))
    plain = ["/api/v1/rules", "/api/v1/targets", "/api/v1/status/buildinfo"]
    return [("/api/v1/query", {"query": query}) for query in queries] + [(path, {}) for path in plain]


def fetch(url: str, path: str, form: dict[str, str]) -> int:
    """Ask once and throw the answer away; gives its bytes."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request(
        "POST" if form else "GET",
        path,
        urlencode(form) if form else None,
        {"Content-Type": "application/x-www-form-urlencoded"} if form else {},
    )
    answer = connection.getresponse()
    total = 0
    while chunk := answer.read(1 << 20):
        total += len(chunk)
    connection.close()
    return total


def main() -> None:
    """Print the ratio."""
    subjects = int(sys.argv[1]) if len(sys.argv) > 1 else SUBJECTS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "history.om").write_text(history(subjects, int(time.time()) - 2), encoding="utf-8")
        backfilled = backfill_openmetrics(home / "history.om", home / "data")
        if not backfilled.passed:
            raise SystemExit(backfilled.output)
        (home / "prometheus.yml").write_text(CONFIG % 9, encoding="utf-8")
        with prometheus(home, home / "prometheus.yml", flags=("--query.max-samples=100000000",)) as server:
            policy_path = home / "gonogo.yaml"
            policy_path.write_text(policy_text(server.url), encoding="utf-8")
            (home / "prometheus.yml").write_text(CONFIG % urlsplit(server.url).port, encoding="utf-8")
            server.process.send_signal(signal.SIGHUP)
            until_scraped(server.url)
            compare(policy_path, server.url, subjects)


def until_scraped(url: str) -> None:
    """Wait for the first scrape, without which the source of the series is unknown."""
    deadline = time.monotonic() + 90
    while not any(target.health is TargetHealth.UP for target in targets(Client(), url)):
        if time.monotonic() > deadline:
            raise SystemExit("the server never scraped itself")
        time.sleep(0.5)


def compare(policy_path: Path, url: str, subjects: int) -> None:
    """Time both in turn."""
    asked = questions(policy_path, url)
    command = [sys.executable, "-m", "gonogo", "decide", "--policy", str(policy_path), "--format", "json"]
    ours, theirs, size = [], [], 0
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            size = sum(pool.map(lambda question: fetch(url, *question), asked))
        theirs.append(time.perf_counter() - start)
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False)
        ours.append(time.perf_counter() - start)
    if done.returncode != 0:
        raise SystemExit(
            f"decide ended with {done.returncode}: {done.stderr[-500:].decode()} {done.stdout[:3000].decode()}"
        )
    mine, servers = median(ours[1:]), median(theirs[1:])
    print(
        f"decide, {subjects} subjects x {SIGNALS} signals: {mine:.2f} s, the server alone {servers:.2f} s "
        f"({size / 1e6:.0f} MB): ratio {mine / servers:.2f}, goal <= {GOAL}"
    )


if __name__ == "__main__":
    main()
