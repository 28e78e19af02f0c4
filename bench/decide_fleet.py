"""``gonogo decide`` over 10,000 subjects of 12 signals, against the server's own answer time.

A real Prometheus gets 120,000 series by backfilled blocks. What decide asks of it is
recorded, and asked once more with the same concurrency by nothing but sockets that throw
the answers away: that is the server's time for the same data. The runs alternate, so
that whatever else the machine does falls on both.

Run: python bench/decide_fleet.py [SUBJECTS]
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from urllib.parse import urlencode, urlsplit

from gonogo.model.evidence import TargetHealth
from gonogo.model.replacing import replace
from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.programs.promtool import backfill_openmetrics
from gonogo.server.http import Answer, Client, HttpSettings
from gonogo.server.question import Form
from gonogo.server.status_api import targets
from gonogo.verdict.decide import prepare
from gonogo.verdict.gather import gather

SUBJECTS = 10_000
SIGNALS = 12
STEP = 30
SAMPLES = 20
RUNS = 7
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


class Recorder(Client):
    """Asks as decide does, and keeps the questions."""

    def __init__(self, settings: HttpSettings) -> None:
        """Start with none."""
        super().__init__(settings)
        self.asked: list[tuple[str, Form]] = []

    def get(self, base_url: str, path: str, form: Form | None = None, *, retry: bool = True) -> Answer:
        """Keep the question, and ask it."""
        self.asked.append((path, form or {}))
        return super().get(base_url, path, form, retry=retry)


def questions(policy_path: Path) -> list[tuple[str, Form]]:
    """List what decide asks, as paths and forms."""
    survey = prepare(load(policy_path), None)
    recorder = Recorder(survey.client.settings)
    gather(replace(survey, client=recorder), {})
    return recorder.asked


def fetch(url: str, path: str, form: Mapping[str, str]) -> int:
    """Ask once and throw the answer away; gives its bytes."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request(
        "POST" if form else "GET",
        path,
        urlencode(form, doseq=True) if form else None,
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
        time.sleep(0.1)


def installed(home: Path) -> dict[str, str]:
    """Give an environment in which Python keeps bytecode, as it does for an installed package."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(home / "bytecode")}


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Do it; give the seconds and what it gave."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def compare(policy_path: Path, url: str, subjects: int) -> None:
    """Time both in turn."""
    asked, environment = questions(policy_path), installed(policy_path.parent)
    command = [sys.executable, "-m", "gonogo", "decide", "--policy", str(policy_path), "--format", "json"]

    def server() -> int:
        with ThreadPoolExecutor(8) as pool:
            return sum(pool.map(lambda question: fetch(url, *question), asked))

    def decide() -> int:
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise SystemExit(
                f"decide ended with {done.returncode}, not GO: a busy machine lets the history grow too old"
            )
        return done.returncode

    _, size = timed(server)  # both once for nothing: blocks are read from the disk, and bytecode is written
    timed(decide)
    before = getrusage(RUSAGE_CHILDREN)
    pairs = [(timed(server)[0], timed(decide)[0]) for _ in range(RUNS)]
    after = getrusage(RUSAGE_CHILDREN)
    alone, whole = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[1] / pair[0] for pair in pairs)
    computing = (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) / RUNS
    print(
        f"decide, {subjects} subjects x {SIGNALS} signals: {whole:.2f} s ({computing:.2f} s computing), "
        f"the server alone {alone:.2f} s ({size / 1e6:.0f} MB), ratio {ratio:.2f} "
        f"(median of {RUNS} pairs; goal at most {GOAL:g}: {'met' if ratio <= GOAL else 'missed'})"
    )


if __name__ == "__main__":
    main()
