"""``gonogo decide`` for one subject as a whole process, against the script that shops write for it.

Both ask one real Prometheus for the same eleven gauges and compare each with its
threshold. The script asks one question after another with curl, takes the first value
with jq and compares with awk; only gonogo asks whether a value is fresh, single, in its
realm and from a source that is up. The runs alternate, so that whatever else the machine
does falls on both.

Run: python bench/decide_one.py
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from gonogo.model.evidence import TargetHealth
from gonogo.programs.processes import prometheus
from gonogo.programs.promtool import backfill_openmetrics
from gonogo.server.http import Client
from gonogo.server.status_api import targets

RUNS = 41
GOAL = 1.0
STEP = 30
SAMPLES = 20

GAUGES = {
    "heartbeat_ok": (1, "==", 1),
    "heartbeat_fresh": (1, "==", 1),
    "heartbeat_changes": (8, ">=", 1),
    "burn_7d": (0.12, "<=", 0.6),
    "burn_30d": (0.08, "<=", 0.4),
    "canary_samples": (840, ">=", 300),
    "canary_failure_ratio": (0.02, "<=", 0.08),
    "canary_unique_ratio": (0.97, ">=", 0.92),
    "rehearsal_age_hours": (7.5, "<=", 24),
    "rehearsal_p95_minutes": (9.6, "<=", 12),
    "uptime_ratio": (0.9996, ">=", 0.999),
}
"""Gauge -> its value, and what it is compared with."""

CONFIG = """\
global: {scrape_interval: 1m, evaluation_interval: 1m}
scrape_configs:
  - job_name: demo
    static_configs: [{targets: ["127.0.0.1:%d"], labels: {instance: demo}}]
"""

SCRIPT = r"""#!/bin/bash
set -uo pipefail
failed=0
judge() {
    local value
    value=$(curl -sf -m 5 -G "$url/api/v1/query" --data-urlencode "query=demo_$1{metric_realm=\"prod\"}" |
        jq -r '.data.result[0].value[1] // "none"')
    if [ "$value" != none ] && awk -v value="$value" -v bound="$3" "BEGIN { exit !(value $2 bound) }"; then
        echo "ok   $1 = $value"
    else
        echo "FAIL $1 = $value, not $2 $3"
        failed=1
    fi
}
url=$1
"""


def script_text() -> str:
    """Write the script: one question for each gauge."""
    asked = "".join(f"judge {name} '{op}' {bound}\n" for name, (_, op, bound) in GAUGES.items())
    return f"{SCRIPT}{asked}[ $failed = 0 ] && echo GO\nexit $failed\n"


def policy_text(url: str) -> str:
    """Write the policy with the same thresholds."""
    signals = "".join(f"  {name}: {{max_age: 5m}}\n" for name in GAUGES)
    required = ", ".join(f'"{name} {op} {bound}"' for name, (_, op, bound) in GAUGES.items())
    return (
        f"version: 1\npreset: null\nrealm: prod\nprefix: demo\nrules: []\nruns: {{required: []}}\n"
        f"prometheus: {{url: '{url}'}}\nsignals:\n{signals}gates:\n  all: {{require: [{required}]}}\n"
    )


def history(end: int) -> str:
    """Write the samples of every gauge as OpenMetrics, newest at ``end``."""
    lines = []
    for name, (value, _, _) in GAUGES.items():
        lines.append(f"# TYPE demo_{name} gauge")
        series = f'demo_{name}{{metric_realm="prod",job="demo",instance="demo"}}'
        lines += [f"{series} {value} {end - STEP * (SAMPLES - n - 1)}" for n in range(SAMPLES)]
    return "\n".join([*lines, "# EOF\n"])


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Run a Prometheus that has the history and has scraped itself once; gives its URL."""
    (home / "history.om").write_text(history(int(time.time()) - 2), encoding="utf-8")
    backfilled = backfill_openmetrics(home / "history.om", home / "data")
    if not backfilled.passed:
        raise SystemExit(backfilled.output)
    config = home / "prometheus.yml"
    config.write_text(CONFIG % 9, encoding="utf-8")
    with prometheus(home, config) as running:
        config.write_text(CONFIG % urlsplit(running.url).port, encoding="utf-8")
        running.process.send_signal(signal.SIGHUP)
        until_scraped(running.url)
        yield running.url


def until_scraped(url: str) -> None:
    """Wait for the first scrape, without which the source of the gauges is unknown."""
    deadline = time.monotonic() + 90
    while not any(target.health is TargetHealth.UP for target in targets(Client(), url)):
        if time.monotonic() > deadline:
            raise SystemExit("the server never scraped itself")
        time.sleep(0.1)


def installed(home: Path) -> dict[str, str]:
    """Give an environment in which Python keeps bytecode, as it does for an installed package."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(home / "bytecode")}


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Run a command that must say GO, and time it."""
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return taken


def timed_pairs(home: Path) -> list[tuple[float, float]]:
    """Run both in turn; give the seconds of each pair but the first, which writes the bytecode."""
    script, policy = home / "decide.sh", home / "gonogo.yaml"
    script.write_text(script_text(), encoding="utf-8")
    with serving(home) as url:
        policy.write_text(policy_text(url), encoding="utf-8")
        ours = [str(Path(sys.executable).with_name("gonogo")), "decide", "--policy", str(policy)]
        theirs = ["/bin/bash", str(script), url]
        environment = installed(home)
        pairs = [(seconds(ours, environment), seconds(theirs, environment)) for _ in range(RUNS + 1)]
    return pairs[1:]


def main() -> None:
    """Measure, and print one line."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = timed_pairs(Path(folder))
    whole, shell = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    print(
        f"decide, one subject: {whole * 1000:.0f} ms, shell script {shell * 1000:.0f} ms, ratio {ratio:.2f} "
        f"(median of {RUNS} pairs; goal at most {GOAL:g}: {'met' if ratio <= GOAL else 'missed'})"
    )


if __name__ == "__main__":
    main()
