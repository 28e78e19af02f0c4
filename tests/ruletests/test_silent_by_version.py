"""Silent passes that depend on the version: found if the installed promtool passes them, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.model.versions import LEFT_OPEN, TEST_INTERVAL, Version, reaches
from gonogo.programs.promtool import installed_promtool
from tests.ruletests.unit_files import check, write

pytestmark = pytest.mark.versions

EDGE = "interval: 1m, input_series: [{series: x, values: 0+1x40}, {series: z, values: 1x6}]"
NO_INTERVAL = "input_series: [{series: x, values: 0 0 5 5}, {series: z, values: '1'}]"


@pytest.mark.parametrize(
    ("expression", "test", "changed_with", "silent_since", "expected"),
    [
        ("x > 1", NO_INTERVAL, TEST_INTERVAL, False, ["no-interval"]),
        ("rate(x[1m]) > 0", EDGE, LEFT_OPEN, True, ["never-fed"]),
        ("rate(x[1m:1m]) > 0", EDGE, LEFT_OPEN, True, ["never-fed"]),
        ("z > 0", EDGE, LEFT_OPEN, True, ["series-too-short"]),
        ("max_over_time(z[5m]) > 0", EDGE, LEFT_OPEN, True, ["series-too-short"]),
    ],
)
def test_a_silent_pass_is_a_finding_only_if_promtool_passes_it(
    tmp_path: Path, expression: str, test: str, changed_with: Version, expected: list[str], *, silent_since: bool
) -> None:
    """A finding needs a pass of this promtool, and a failure is no silent pass."""
    at = "3m" if changed_with == TEST_INTERVAL else "11m"
    rules = f"groups: [{{name: a, rules: [{{alert: A, expr: '{expression}'}}, {{alert: Read, expr: x + z}}]}}]\n"
    asked = f"alert_rule_test: [{{eval_time: {at}, alertname: A, exp_alerts: []}}]"
    paths = write(tmp_path, {"r.yml": rules, "a_test.yml": f"rule_files: [r.yml]\ntests: [{{{test}, {asked}}}]\n"})
    (report,) = check(paths)
    changed = reaches(installed_promtool().release, changed_with)
    is_silent = changed is silent_since
    assert report.promtool is is_silent
    assert [one.silent_pass for one in report.findings] == (expected if is_silent else [])


@pytest.mark.parametrize("word", ["anchored", "smoothed"])
def test_samples_outside_of_an_extended_range_count(tmp_path: Path, word: str) -> None:
    """The alert fires although a plain rate has one sample. An older promtool refuses the rule."""
    rules = f"groups: [{{name: a, rules: [{{alert: A, expr: 'rate(x[1m] {word}) > 0'}}, {{alert: Z, expr: z}}]}}]\n"
    asked = "alert_rule_test: [{eval_time: 11m, alertname: A, exp_alerts: []}]"
    paths = write(tmp_path, {"r.yml": rules, "a_test.yml": f"rule_files: [r.yml]\ntests: [{{{EDGE}, {asked}}}]\n"})
    (report,) = check(paths)
    assert (report.promtool, report.findings) == (False, ())
