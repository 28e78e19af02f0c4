"""A preview as text."""

from __future__ import annotations

from dataclasses import replace

from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.reload.compare.preview import Preview, Running, StagedText, preview
from gonogo.reload.print import preview_lines
from tests.reload.compare.rule_edits import MINUTE, as_loaded

DOWN = Rule(RuleKind.ALERT, "Down", "up == 0", {"severity": "page"}, held=MINUTE)
SUM = Rule(RuleKind.RECORD, "sum", "sum(up)")
JOBS = """
scrape_configs:
- {job_name: one, scheme: http, static_configs: [{targets: ["a:1"]}]}
- {job_name: two, static_configs: [{targets: ["a:1", "b:1"]}]}
"""


def test_nothing_is_said_to_be_nothing() -> None:
    """So that an empty answer is never taken for one."""
    assert preview_lines(Preview()) == ("nothing would change: the server has what is staged",)


def test_what_cannot_be_compared_is_said() -> None:
    """And no character of it moves the cursor."""
    assert preview_lines(Preview(unreadable="a\x1b[2J\nb")) == ("! a\\x1b[2J\\nb",)


def test_each_change_has_its_line() -> None:
    """With a sign before it."""
    changed = replace(DOWN, labels={}, expression="up == 1")
    shown = JOBS.replace("scheme: http", "scheme: https")
    before = Running(shown, as_loaded([RuleGroup("g", (DOWN, SUM))]))
    staged = JOBS.replace("job_name: two", "job_name: three") + "rule_files: ['a.yml']\n"
    after = StagedText(staged, (RuleGroup("g", (changed, replace(SUM, name="new"))),))
    lines = preview_lines(preview(before, after))
    assert [line for line in lines if "[one]" not in line and not line.startswith("~ global")] == [
        "+ record new of group g",
        "- record sum of group g",
        "~ alert Down of group g: expression up == 0 -> up == 1",
        '~ alert Down of group g: labels severity="page" -> nothing',
        '! alert Down of group g loses its pending or firing state: its labels were severity="page"',
        "+ job three",
        "- job two",
        "~ rule_files: nothing -> a.yml",
        "1 of 2 rules would be removed (50.0%)",
        "1 of 2 jobs would be removed (50.0%)",
        "2 of 3 targets would be removed (66.7%)",
    ]
    assert "~ scrape_configs[one].scheme: https -> http" in lines


def test_another_order_has_its_line() -> None:
    """Though every rule stays as it is."""
    before = Running(JOBS, as_loaded([RuleGroup("g", (DOWN, SUM))]))
    lines = preview_lines(preview(before, StagedText(JOBS, (RuleGroup("g", (SUM, DOWN)),))))
    assert "~ group g: the order of its rules" in lines
