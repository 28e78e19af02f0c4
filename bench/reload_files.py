"""``gonogo reload`` of 3,000 rule files, against Prometheus's own reload and next evaluation of the same files.

A real Prometheus has 3,000 files with a group of two rules each, evaluated every 10 s. The plain side changes
every file in place, posts the reload, and looks until each rule was evaluated since. gonogo does the whole
transaction, lint included: in place, and from a staged folder in which every file differs. A run with a sixth of
the files shows whether the time grows with their number alone.

Run: python bench/reload_files.py [FILES]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from gonogo.policy.load import load
from gonogo.programs.processes import prometheus
from gonogo.reload.place import ReloadRequest
from gonogo.reload.result import Became
from gonogo.reload.run import reload
from gonogo.reload.trigger import post_reload
from gonogo.server.http import Client
from gonogo.server.own_metrics import own_metrics
from gonogo.server.rules_api import rules

FILES = 3000
SHARE = 6
GOAL = 1.5
"""A file may take so much more of the time of its own where there are ``SHARE`` times as many."""

LOOK_EVERY = 0.25
POLICY = """\
version: 1
preset: null
prometheus: {url: '%s', config: live/prometheus.yml}
rules: [live/rules/*.yml]
tests: []
runs: {required: []}
reload: {min_gap: 1ms}
"""
CONFIG = "global: {scrape_interval: 10s, evaluation_interval: 10s}\nrule_files: [rules/*.yml]\n"
WAITING = frozenset({"verify", "trigger", "settle", "readiness"})


def main() -> int:
    """Print the times, and how they grow."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    few, many = (_measured(files) for files in (most // SHARE, most))
    growth = many / few / SHARE
    print(f"a file of {most} takes {growth:.2f} times as long as one of {most // SHARE} (goal: at most {GOAL})")
    return 0 if growth <= GOAL else 1


def _measured(files: int) -> float:
    """Reload in all ways; returns the seconds that gonogo's own steps took from a staged folder."""
    client = Client()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _write(folder / "live", files, 0)
        with prometheus(folder / "server", folder / "live" / "prometheus.yml") as server:
            (folder / "gonogo.yaml").write_text(POLICY % server.url, encoding="utf-8")
            _write(folder / "live", files, 1)
            print(f"{files} files: Prometheus alone {_plainly(client, server.url):.1f} s")
            _safely(folder, "first", None)
            _write(folder / "live", files, 2)
            _safely(folder, "in place", None)
            _write(folder / "staged", files, 3)
            return _safely(folder, "staged", folder / "staged")


def _write(folder: Path, files: int, mark: int) -> None:
    shutil.rmtree(folder / "rules", ignore_errors=True)
    (folder / "rules").mkdir(parents=True)
    (folder / "prometheus.yml").write_text(CONFIG, encoding="utf-8")
    for file in range(files):
        rules_of = (f"  - {{record: 'r{file}:a:{name}', expr: 'vector({file}) + {mark}'}}" for name in "bc")
        text = "\n".join((f"groups:\n- name: g{file}\n  rules:", *rules_of, ""))
        (folder / "rules" / f"{file}.yml").write_text(text, encoding="utf-8")


def _plainly(client: Client, url: str) -> float:
    began = time.monotonic()
    post_reload(client, url, timedelta(minutes=1))
    since = own_metrics(client, url).success_at
    while not all((state.evaluated_at or 0) > since for group in rules(client, url) for state in group.rules):
        time.sleep(LOOK_EVERY)
    return time.monotonic() - began


def _safely(folder: Path, name: str, staged: Path | None) -> float:
    computing = time.process_time()
    result = reload(ReloadRequest(load(folder / "gonogo.yaml"), staged=staged, beat=False))
    if result.became is not Became.RELOADED:
        raise SystemExit(f"{result.became}: {result.detail}: {result.reasons[:1]}")
    computing = time.process_time() - computing
    own = sum(step.seconds for step in result.steps if step.step not in WAITING)
    longest = sorted(result.steps, key=lambda step: -step.seconds)[:5]
    told = f"{computing:.1f} s computing; {', '.join(f'{step.step} {step.seconds:.1f}' for step in longest)}"
    print(f"  {name}: {result.seconds:.1f} s, of which {own:.1f} s without the server ({told})")
    return own


if __name__ == "__main__":
    sys.exit(main())
