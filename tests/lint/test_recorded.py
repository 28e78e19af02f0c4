"""Tests of the run ``obs-lint``: refusals by the real promtool, and by gonogo's own parser."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.errors import PolicyError
from gonogo.journal.records import records
from gonogo.lint.recorded import lint, obs_lint
from gonogo.model.outcome import Outcome
from tests.policy_folder import RULES, policy_folder

TWICE = RULES.replace(
    "      - alert",
    "      - record: duri_x\n        expr: 'sum(raw_x{metric_realm=\"prod\"}) by (metric_realm)'\n      - alert",
)
CONFIG = "prometheus: {config: prometheus.yml}\n"


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (RULES.replace("raw_x{", "raw_x{{"), "this is not PromQL"),
        (RULES.replace("record: duri_x", "record: '{duri_x}'"), "'{duri_x}' is not a valid metric name: it has braces"),
        (RULES.replace("groups:", "group:"), "unknown key 'group'"),
        (TWICE, "this repeats the rule at"),
        ("groups: []\n", "holds no rule"),
        ("", "holds no rule"),
        ("groups: {}\n", "duri.yml:1:"),
    ],
    ids=["expression", "name", "key", "duplicate", "no-groups", "empty", "no-list"],
)
def test_rules_that_promtool_or_the_parser_refuses_fail(tmp_path: Path, rules: str, told: str) -> None:
    """Each refusal says what is wrong."""
    run = lint(policy_folder(tmp_path, rules=rules))
    assert run.outcome is Outcome.FAIL
    assert told in "\n".join(run.findings)
    assert "SUCCESS" not in "\n".join(run.findings)


def test_a_policy_without_a_rule_file_fails(tmp_path: Path) -> None:
    """No promtool can refuse a file that does not exist, so the lint itself fails."""
    run = lint(policy_folder(tmp_path, rules=None))
    assert run.outcome is Outcome.FAIL
    assert "no rule file matches" in run.detail


def test_a_rule_file_that_is_not_utf8_fails(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are reported."""
    policy_file = policy_folder(tmp_path)
    (tmp_path / "rules" / "more.yml").write_bytes(b"\xff\xfe")
    run = lint(policy_file)
    assert run.outcome is Outcome.FAIL
    assert any("more.yml:1:1: error: this is no UTF-8 text" in finding for finding in run.findings)


def test_a_configuration_that_promtool_refuses_fails(tmp_path: Path) -> None:
    """The run fails even if the rules are valid."""
    policy_file = policy_folder(tmp_path, more=CONFIG)
    (tmp_path / "prometheus.yml").write_text("scrape_configs: [{job_name: ''}]\n", encoding="utf-8")
    run = lint(policy_file)
    assert run.outcome is Outcome.FAIL
    assert "prometheus.yml:1:1: error: promtool" in run.findings[0]
    assert "job_name is empty" in run.findings[0]


def test_a_missing_configuration_of_the_policy_is_an_error(tmp_path: Path) -> None:
    """The configuration is an input of the run, so nothing can be recorded without it."""
    policy_file = policy_folder(tmp_path, more=CONFIG)
    with pytest.raises(PolicyError, match=r"prometheus\.config"):
        obs_lint(policy_file)
    assert records(policy_file.journal) == ()


def test_valid_rules_pass_and_are_recorded_with_promtools_version(tmp_path: Path) -> None:
    """The record holds the counts and the version."""
    policy_file = policy_folder(tmp_path, more=CONFIG)
    (tmp_path / "prometheus.yml").write_text("rule_files: [rules/*.yml]\n", encoding="utf-8")
    run = obs_lint(policy_file)
    assert (run.outcome, run.findings) == (Outcome.PASS, ())
    assert run.detail.startswith("promtool accepts 2 rules in 2 files, and no check finds an error")
    (record,) = records(policy_file.journal)
    assert (record.kind, record.outcome, record.sentence) == ("obs-lint", "PASS", run.detail)
    assert record.tools["promtool"][0].isdigit()
