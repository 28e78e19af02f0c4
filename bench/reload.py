"""``gonogo reload`` of 10,000 rules, from readiness to verified, against Prometheus's own reload and next evaluation.

A real Prometheus has 200 groups of 50 rules, evaluated every 10 s. The plain side changes every
rule in place, posts the reload, and looks until each rule was evaluated since; gonogo
switches to a staged tree in which every rule differs, and proves it. The runs alternate.

Run: python bench/reload.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.reload.place import ReloadRequest
from gonogo.reload.result import Became, ReloadStep
from gonogo.reload.run import reload
from gonogo.reload.trigger import post_reload
from gonogo.server.http import Client
from gonogo.server.own_metrics import own_metrics
from gonogo.server.rules_api import rules

GOAL = 2.0
RUNS = 3
FILES, GROUPS, RULES = 50, 4, 50
LOOK_EVERY = 0.25
POLICY = """\
version: 1
preset: null
prometheus: {url: '%s', config: live/prometheus.yml}
rules: [live/rules/*.yml]
tests: []
runs: {required: []}
reload: {min_gap: null}
"""
CONFIG = "global: {scrape_interval: 10s, evaluation_interval: 10s}\nrule_files: [rules/*.yml]\n"
MEASURED = frozenset(
    {ReloadStep.READINESS, ReloadStep.SWITCH, ReloadStep.TRIGGER, ReloadStep.SETTLE, ReloadStep.VERIFY}
)


def main() -> int:
    """Print the times of both, and their ratio."""
    client, plain, ours = Client(), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder / "live", 0)
        with prometheus(folder / "server", folder / "live" / "prometheus.yml") as server:
            (folder / "gonogo.yaml").write_text(POLICY % server.url, encoding="utf-8")
            for run in range(RUNS):
                _write(folder / "live", 2 * run + 1)
                plain.append(_plainly(client, server.url))
                _write(folder / "staged", 2 * run + 2)
                ours.append(_safely(folder))
    ratio = median(ours) / median(plain)
    print(f"{FILES * GROUPS * RULES} rules: gonogo {median(ours):.1f} s, Prometheus alone {median(plain):.1f} s")
    print(f"ratio {ratio:.2f} (goal: at most {GOAL})")
    return 0 if ratio <= GOAL else 1


def _write(folder: Path, mark: int) -> None:
    shutil.rmtree(folder / "rules", ignore_errors=True)
    (folder / "rules").mkdir(parents=True)
    (folder / "prometheus.yml").write_text(CONFIG, encoding="utf-8")
    for file in range(FILES):
        lines = ["groups:"]
        for group in range(GROUPS):
            lines += [f"- name: g{file}_{group}", "  rules:"]
            lines += (f"  - {{record: 'r{file}:{group}:{n}', expr: 'vector({n}) + {mark}'}}" for n in range(RULES))
        (folder / "rules" / f"{file}.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _plainly(client: Client, url: str) -> float:
    began = time.monotonic()
    post_reload(client, url, timedelta(minutes=1))
    since = own_metrics(client, url).success_at
    while not all((state.evaluated_at or 0) > since for group in rules(client, url) for state in group.rules):
        time.sleep(LOOK_EVERY)
    return time.monotonic() - began


def _safely(folder: Path) -> float:
    request = ReloadRequest(load(folder / "gonogo.yaml"), staged=folder / "staged", beat=False)
    result = reload(request)
    if result.became is not Became.RELOADED:
        raise SystemExit(f"{result.became}: {result.detail}: {result.reasons}")
    return sum(step.seconds for step in result.steps if step.step in MEASURED)


if __name__ == "__main__":
    sys.exit(main())
