"""``gonogo test`` as a whole process, against ``promtool test rules`` over the same files in one process.

promtool works through its files one after another. gonogo shares them out over all
cores, looks for silent passes besides, and knows unchanged files from its cache. Both
are given the same tests and rules, and must fail the same files. The runs alternate,
so that whatever else the machine does falls on both.

Run: python bench/unit.py [TESTS RULES]

TESTS and RULES are folders, such as those of a corpus of real tests; without them 87
comparable files are generated: eight alerts and records a file, three tests each, up to
an hour of minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from gonogo.programs.promtool import installed_promtool
from gonogo.programs.promtool_units import JUNIT
from gonogo.programs.running import locate
from gonogo.ruletests.core.promtool_output import verdicts
from gonogo.ruletests.find import RulePlaces, find_tests, load_test
from gonogo.ruletests.staging import staged

RUNS = 3
GOAL = 0.6
FILES = 87
TESTS = 3
_WITH_PLACES = 3
"""Words on the command line, the program among them."""

RULES = """\
groups:
  - name: {m}
    rules:
      - record: job:{m}_requests:rate5m
        expr: sum by (job, source_cluster) (rate({m}_requests_total[5m]))
      - record: job:{m}_errors:ratio5m
        expr: |
          sum by (job, source_cluster) (rate({m}_requests_total{{code=~"5.."}}[5m]))
          / job:{m}_requests:rate5m
      - alert: {m}ErrorsHigh
        expr: job:{m}_errors:ratio5m > 0.05
        for: 10m
        labels: {{severity: warning}}
        annotations: {{summary: "{{{{ $labels.job }}}} fails in {{{{ $labels.source_cluster }}}}"}}
      - alert: {m}Down
        expr: up{{job="{m}"}} == 0
        for: 5m
      - alert: {m}Absent
        expr: absent(up{{job="{m}"}})
        for: 5m
      - alert: {m}Slow
        expr: |
          histogram_quantile(0.99, sum by (le, source_cluster) (rate({m}_seconds_bucket[10m]))) > 2
        for: 15m
      - alert: {m}Restarts
        expr: increase({m}_restarts_total[30m]) > 3
      - alert: {m}Full
        expr: predict_linear({m}_free_bytes[30m], 3600) < 0
        for: 10m
"""

CASE = """\
  - interval: 1m
    input_series:
      - {{series: 'up{{job="{m}", instance="a", source_cluster="c1"}}', values: 1x30 {up}x40}}
      - {{series: 'up{{job="{m}", instance="b", source_cluster="c1"}}', values: 1x70}}
      - {{series: '{m}_requests_total{{job="{m}", code="200", source_cluster="c1"}}', values: 0+60x70}}
      - {{series: '{m}_requests_total{{job="{m}", code="500", source_cluster="c1"}}', values: 0+{bad}x70}}
      - {{series: '{m}_seconds_bucket{{le="1", source_cluster="c1"}}', values: 0+30x70}}
      - {{series: '{m}_seconds_bucket{{le="+Inf", source_cluster="c1"}}', values: 0+60x70}}
      - {{series: '{m}_restarts_total{{pod="p", source_cluster="c1"}}', values: 0x70}}
      - {{series: '{m}_free_bytes{{pod="p", source_cluster="c1"}}', values: 9000+1x70}}
    alert_rule_test:
      - {{eval_time: 60m, alertname: {m}Down, exp_alerts: [{down}]}}
      - {{eval_time: 60m, alertname: {m}Full, exp_alerts: []}}
    promql_expr_test:
      - expr: job:{m}_requests:rate5m
        eval_time: 60m
        exp_samples:
          - {{labels: 'job:{m}_requests:rate5m{{job="{m}", source_cluster="c1"}}', value: {rate}}}
"""


def generate(folder: Path) -> tuple[Path, Path]:
    """Write test files and rule files."""
    tests, rules = folder / "tests", folder / "rules"
    tests.mkdir()
    rules.mkdir()
    for number in range(FILES):
        metric = f"service{number}"
        (rules / f"{metric}.yml").write_text(RULES.format(m=metric), encoding="utf-8")
        cases = "".join(_case(metric, case) for case in range(TESTS))
        text = f"rule_files: [{metric}.yml]\nevaluation_interval: 1m\ntests:\n{cases}"
        (tests / f"{metric}_test.yml").write_text(text, encoding="utf-8")
    return tests, rules


def _case(metric: str, case: int) -> str:
    up = case % 2
    down = "" if up else f"{{exp_labels: {{job: {metric}, instance: a, source_cluster: c1}}}}"
    return CASE.format(m=metric, up=up, bad=6 * case, down=down, rate=1 + case / 10)


def plain(paths: Sequence[Path]) -> tuple[float, int]:
    """Run promtool over all files in one process; give the seconds and how many pass."""
    junit = installed_promtool().writes_junit
    began = time.perf_counter()
    done = subprocess.run(
        [locate("promtool"), "test", "rules", *([JUNIT] if junit else []), *map(str, paths)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seconds = time.perf_counter() - began
    said = verdicts(done.stdout, list(map(str, paths)), exit_0=done.returncode == 0, junit=junit)
    return seconds, sum(bool(one.passed) for one in said)


def ours(tests: Path, rules: Path, cache: Path) -> tuple[float, int]:
    """Run ``gonogo test``; give the seconds and how many files promtool passed within it."""
    argv = [
        str(Path(sys.executable).with_name("gonogo")),
        "test",
        str(tests),
        "--rules",
        str(rules),
        "--format",
        "json",
    ]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    began = time.perf_counter()
    done = subprocess.run(argv, check=False, capture_output=True, env=environment)
    seconds = time.perf_counter() - began
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr.decode())
    return seconds, done.stdout.count(b'"promtool": "PASS"')


def main() -> None:
    """Measure, and print one line."""
    if len(sys.argv) not in {1, _WITH_PLACES}:
        raise SystemExit("usage: python bench/unit.py [TESTS RULES]\nTESTS and RULES are folders; give both or none")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        tests, rules = map(Path, sys.argv[1:]) if len(sys.argv) > 1 else generate(home)
        places = RulePlaces((rules,))
        paths, _ = find_tests((str(tests),))
        with staged(load_test(path, places) for path in paths) as stage:
            theirs, cold, warm = [], [], []
            for run in range(RUNS):
                theirs.append(plain([one.path for one in stage]))
                cold.append(ours(tests, rules, home / str(run)))
                warm.append(ours(tests, rules, home / str(run)))
    passing = {count for _, count in (*theirs, *cold, *warm)}
    if len(passing) != 1:
        raise SystemExit(f"promtool alone and gonogo do not agree on how many files pass: {sorted(passing)}")
    ratio = median(mine[0] / its[0] for mine, its in zip(cold, theirs, strict=True))
    again = median(mine[0] / its[0] for mine, its in zip(warm, theirs, strict=True))
    verdict = "met" if ratio <= GOAL else "missed"
    print(
        f"test of {len(paths)} files, {passing.pop()} of which promtool passes: {median(s for s, _ in cold):.2f} s, "
        f"promtool test rules {median(s for s, _ in theirs):.2f} s, ratio {ratio:.2f}; unchanged "
        f"{median(s for s, _ in warm):.2f} s, ratio {again:.2f} "
        f"(median of {RUNS} runs on {len(os.sched_getaffinity(0))} cores; goal at most {GOAL:g}: {verdict})"
    )


if __name__ == "__main__":
    main()
