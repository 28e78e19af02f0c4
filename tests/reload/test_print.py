"""A reload as text."""

from __future__ import annotations

import json

from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.reload.compare.preview import Preview, Running, StagedText, preview
from gonogo.reload.print import preview_lines, reload_json, reload_text, step_text
from gonogo.reload.result import Became, ReloadResult, ReloadStep, StepReport
from tests.reload.compare.rule_edits import MINUTE, as_loaded


def test_a_step_is_one_line() -> None:
    """Line feeds of an answer are escaped."""
    report = StepReport(ReloadStep.TRIGGER, Outcome.UNKNOWN, "two\nlines", 0.04)
    assert step_text(report) == "UNKNOWN trigger: two\\nlines (0.0 s)"


def test_every_reason_is_listed() -> None:
    """Further lines of a reason are indented. An empty reason is listed too."""
    result = ReloadResult(Became.REFUSED, "nothing was changed", (), ("one\n  why:  two", ""))
    assert reload_text(result) == "refused: nothing was changed (0.0 s)\n- one\n    why:  two\n- \n"


def test_only_a_look_shows_the_preview() -> None:
    """A reload does not repeat the preview."""
    result = ReloadResult(Became.UNCHANGED, "a look", (), preview=("+ job x",))
    assert reload_text(replace(result, looked=True)) == "looked: a look (0.0 s)\n+ job x\n"
    assert reload_text(result) == "unchanged: a look (0.0 s)\n"


def test_a_failed_reload_lists_the_commands_for_a_person() -> None:
    """A person has to look."""
    result = ReloadResult(Became.FAILED, "lost", (), commands=("cp a b",))
    assert reload_text(result).splitlines()[1:] == [
        "A PERSON MUST ACT. Run the first command. If it fails, run the others:",
        "  cp a b",
    ]


def test_only_reloaded_and_unchanged_are_a_success() -> None:
    """The server is proved to have the wanted files."""
    assert {became for became in Became if became.success} == {Became.RELOADED, Became.UNCHANGED}


def test_the_json_of_a_reload_has_steps_reasons_and_commands() -> None:
    """Each step has its name, outcome, sentence and time to the millisecond."""
    step = StepReport(ReloadStep.VERIFY, Outcome.FAIL, "no", 1.23456, ("no", "and no"))
    reasons, failing = ("no", "and no"), ("rule x: no",)
    result = ReloadResult(Became.FAILED, "lost", (step,), reasons, ("cp a b",), ("+ job x",), 2.0, 1, failing=failing)
    answered = json.loads(reload_json(result))
    assert answered == {
        "schema": "gonogo/reload/v1",
        "outcome": "failed",
        "look": False,
        "failing": ["rule x: no"],
        "steps": [{"step": "verify", "outcome": "FAIL", "detail": "no", "seconds": 1.235}],
        "detail": "lost",
        "seconds": 2.0,
        "retries": 1,
        "reasons": ["no", "and no"],
        "commands": ["cp a b"],
        "preview": ["+ job x"],
        "warnings": [],
    }


DOWN = Rule(RuleKind.ALERT, "Down", "up == 0", {"severity": "page"}, held=MINUTE)
SUM = Rule(RuleKind.RECORD, "sum", "sum(up)")
JOBS = """
scrape_configs:
- {job_name: one, scheme: http, static_configs: [{targets: ["a:1"]}]}
- {job_name: two, static_configs: [{targets: ["a:1", "b:1"]}]}
"""


def test_an_empty_preview_is_a_sentence() -> None:
    """An empty answer would be ambiguous."""
    assert preview_lines(Preview()) == ("nothing would change: the server has what is staged",)


def test_a_failed_comparison_is_in_the_preview() -> None:
    """Control characters are escaped."""
    assert preview_lines(Preview(unreadable="a\x1b[2J\nb")) == ("! a\\x1b[2J\\nb",)


def test_each_change_has_a_line() -> None:
    """A sign at the beginning shows the kind of the change."""
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


def test_another_order_of_rules_has_a_line() -> None:
    """The rules themselves are equal."""
    before = Running(JOBS, as_loaded([RuleGroup("g", (DOWN, SUM))]))
    lines = preview_lines(preview(before, StagedText(JOBS, (RuleGroup("g", (SUM, DOWN)),))))
    assert "~ group g: the order of its rules" in lines
