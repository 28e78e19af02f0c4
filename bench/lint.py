"""``gonogo lint`` with every offline check, against ``promtool check rules`` over the same files.

10,000 rules in 50 files, as varied as real ones: recording rules in levels, ratios,
histograms, joins, absences and predictions, alerts with labels and templates. Whoever
lints with gonogo gets promtool's word as well: it runs beside the checks, and its time is
inside gonogo's. The runs alternate, so that whatever else the machine does falls on both.

Run: python bench/lint.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

FILES = 50
GROUPS = 10
RULES = 20
RUNS = 5
GOAL = 1.5

SERVICES = ("api", "web", "search", "billing", "auth", "queue", "cache", "mail", "edge", "stock")

RECORDS = (
    ("job:{m}_requests:rate5m", 'sum by (job, cluster) (rate({m}_requests_total{{env="{e}"}}[5m]))'),
    ("job:{m}_errors:rate5m", 'sum by (job, cluster) (rate({m}_requests_total{{env="{e}", code=~"5.."}}[5m]))'),
    ("job:{m}_errors:ratio5m", "job:{m}_errors:rate5m / on (job, cluster) job:{m}_requests:rate5m"),
    (
        "job:{m}_latency_seconds:p99",
        'histogram_quantile(0.99, sum by (job, le) (rate({m}_duration_seconds_bucket{{env="{e}"}}[10m])))',
    ),
    (
        "instance:{m}_memory:ratio",
        '{m}_memory_used_bytes{{env="{e}"}} / on (instance) group_left (zone) {m}_memory_limit_bytes{{env="{e}"}}',
    ),
    ("cluster:{m}_queue_length:max", 'max without (instance, pod) (max_over_time({m}_queue_length{{env="{e}"}}[15m]))'),
)

ALERTS = (
    ("{M}HighErrorRatio", "job:{m}_errors:ratio5m > 0.05", "10m"),
    ("{M}Slow", 'job:{m}_latency_seconds:p99{{job="{m}"}} > 1.5', "15m"),
    ("{M}Down", 'up{{job="{m}", env="{e}"}} == 0', "5m"),
    ("{M}Absent", 'absent(up{{job="{m}", env="{e}"}})', "10m"),
    ("{M}MemoryHigh", "instance:{m}_memory:ratio > 0.9 and on (instance) {m}_ready == 1", "5m"),
    (
        "{M}DiskFull",
        (
            'predict_linear({m}_disk_free_bytes{{env="{e}", mount!~"/tmp|/run.*"}}[6h], 4 * 3600) < 0 '
            'and {m}_disk_free_bytes{{env="{e}"}} / {m}_disk_size_bytes{{env="{e}"}} < 0.15'
        ),
        "30m",
    ),
    (
        "{M}Restarting",
        'increase({m}_process_restarts_total{{env="{e}"}}[1h]) > 3 unless on (job) {m}_maintenance == 1',
        "5m",
    ),
    ("{M}QueueGrows", 'deriv({m}_queue_length{{env="{e}"}}[30m]) > 0 and {m}_queue_length{{env="{e}"}} > 1000', "20m"),
    (
        "{M}CertificateExpires",
        "min by (instance, job) ({m}_certificate_not_after_timestamp_seconds) - time() < 86400 * 14",
        "1h",
    ),
    (
        "{M}BudgetBurns",
        (
            "(job:{m}_errors:ratio5m > (14.4 * 0.001)) "
            'and on (job, cluster) (sum by (job, cluster) (rate({m}_errors_total{{env="{e}"}}[1h])) > 0)'
        ),
        "2m",
    ),
)


def rule_lines(number: int, metric: str, environment: str) -> Iterator[str]:
    """Write one rule; which kind follows from its number."""
    words = {"m": metric, "M": metric.title().replace("_", ""), "e": environment}
    kinds = len(RECORDS) + len(ALERTS)
    kind = number % kinds
    if kind < len(RECORDS):
        name, expression = RECORDS[kind]
        yield f"      - record: {name.format(**words)}"
        yield f"        expr: {expression.format(**words)}" if number % 3 else "        expr: |-"
        if not number % 3:
            yield f"          {expression.format(**words)}"
        yield f"        labels: {{team: platform, source: {environment}}}"
        return
    name, expression, held = ALERTS[kind - len(RECORDS)]
    yield f"      - alert: {name.format(**words)}"
    yield "        expr: |"
    yield f"          {expression.format(**words)}"
    yield f"        for: {held}"
    yield f"        labels: {{severity: {'critical' if number % 2 else 'warning'}, team: platform, env: {environment}}}"
    yield "        annotations:"
    yield f'          summary: "{words["M"]} in {environment}: {{{{ $value | humanize }}}}"'
    yield f"          description: 'The alert of {metric} has held for {held}, {{{{ $labels.job }}}}.'"
    yield f"          runbook_url: https://runbooks.example.org/{metric}/{kind}"


def file_text(number: int) -> str:
    """Write a file of ten groups with twenty rules each."""
    lines = [f"# Rules of part {number}.", "groups:"]
    for group in range(GROUPS):
        service = f"{SERVICES[group % len(SERVICES)]}_{number}"
        lines += [f"  - name: {service}", f"    interval: {30 if group % 2 else 60}s", "    rules:"]
        for rule in range(RULES):
            environment = f"env{rule // 16}"
            lines += rule_lines(rule, service, environment)
    return "\n".join(lines) + "\n"


def installed(folder: Path) -> dict[str, str]:
    """Give an environment in which Python keeps bytecode, as it does for an installed package."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}


def timed(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Run a command that must find nothing that fails, and time it."""
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{command[:2]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return taken


def main() -> None:
    """Measure, and print one line."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as bytecode:
        home, environment = Path(folder), installed(Path(bytecode))
        names = [f"part{number:02}.yml" for number in range(FILES)]
        for number, name in enumerate(names):
            (home / name).write_text(file_text(number), encoding="utf-8")
        ours = [str(Path(sys.executable).with_name("gonogo")), "lint", folder]
        theirs = ["promtool", "check", "rules", "--lint=none", *(str(home / name) for name in names)]
        pairs = [(timed(ours, environment), timed(theirs, environment)) for _ in range(RUNS + 1)][1:]
    whole, tool = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    ratio = median(pair[0] / pair[1] for pair in pairs)
    print(
        f"lint of {FILES * GROUPS * RULES:,} rules in {FILES} files: {whole:.2f} s, promtool check rules {tool:.2f} s, "
        f"ratio {ratio:.2f} (median of {RUNS} pairs; goal at most {GOAL:g}: {'met' if ratio <= GOAL else 'missed'})"
    )


if __name__ == "__main__":
    main()
