"""Test files and rules to run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gonogo.programs.promtool import installed_promtool
from gonogo.ruletests.check import UnitOptions, report_on
from gonogo.ruletests.core.report import FileReport
from gonogo.ruletests.find import RulePlaces

RULES = "groups: [{name: a, rules: [{alert: High, expr: x > 1}]}]\n"
FIRING = """\
rule_files: [r.yml]
tests:
  - interval: 1m
    input_series: [{series: x, values: 2x3}]
    alert_rule_test: [{eval_time: 1m, alertname: High, exp_alerts: [{}]}]
"""


def write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files, and return the sorted paths of the tests among them."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(folder / name for name in files if "_test." in name)


def check(paths: Sequence[Path], *rules: Path, cache: Path | None = None) -> tuple[FileReport, ...]:
    """Run test files."""
    return report_on(paths, RulePlaces(rules), installed_promtool(), UnitOptions(cache)).files
