"""``promql-unit``: what fails, and what would pass without proving anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.app.silent_passes import silent_passes
from gonogo.app.unit import promql_unit, unit
from gonogo.journal.records import records
from gonogo.model.outcome import Outcome
from tests.policy_folder import RULES, TESTS, policy_folder

NO_ALERT = """\
rule_files: [../rules/duri.yml]
tests:
  - input_series: [{series: raw_x, values: 1x4}]
    alert_rule_test: [{alertname: NAME, eval_time: 1m, exp_alerts: []}]
"""


@pytest.mark.parametrize(
    ("tests", "told"),
    [
        ("", "the file holds no tests"),
        ("- 1\n", "the file holds no tests"),
        ("rule_files: [../rules/duri.yml]\n", "there are no tests in the file"),
        ("rule_files: [../rules/duri.yml]\ntests: []\n", "there are no tests in the file"),
        (TESTS.partition("    promql_expr_test")[0], "duri.yml:4:5: the test asserts nothing"),
        ("rule_files: [../rules/duri.yml]\ntests: [1]\n", "the test asserts nothing"),
        (TESTS.replace("duri.yml", "dury.yml"), "duri.yml:1:14: ../rules/dury.yml matches no file"),
        (TESTS.partition("\n")[2], "no rule_files are named"),
        (NO_ALERT.replace("NAME", "DuriY"), "no alert is expected of 'DuriY', and no rule has that name"),
        ("rule_files: [a\n", "duri.yml:"),
    ],
    ids=["empty", "list", "no-tests", "none", "nothing", "odd", "unmatched", "no-rules", "typo", "yaml"],
)
def test_a_silent_pass_is_a_failure(tmp_path: Path, tests: str, told: str) -> None:
    """Promtool may succeed with it; the place and the reason are said."""
    run = unit(policy_folder(tmp_path, tests=tests))
    assert run.outcome is Outcome.FAIL
    assert told in "\n".join(run.findings)


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    """As is a rule file that only the alerts' names are looked up in."""
    path = tmp_path / "a.yml"
    path.write_bytes(b"\xff")
    assert "cannot be read" in str(next(silent_passes(path)))
    path.write_text(NO_ALERT.replace("NAME", "X").replace("../rules/duri.yml", "r.yml"), encoding="utf-8")
    (tmp_path / "r.yml").write_bytes(b"\xff")
    assert "no rule has that name" in str(next(silent_passes(path)))


def test_an_alert_that_exists_may_be_expected_not_to_fire(tmp_path: Path) -> None:
    """That is a real assertion."""
    policy_folder(tmp_path, tests=NO_ALERT.replace("NAME", "DuriX"))
    assert list(silent_passes(tmp_path / "tests" / "duri.yml")) == []


def test_no_test_file_at_all_fails(tmp_path: Path) -> None:
    """An empty folder tests nothing, and neither does one that only a default names."""
    policy_file = policy_folder(tmp_path, tests=None)
    assert "there is no test file in" in unit(policy_file).detail
    (tmp_path / "tests").rmdir()
    assert "there is no test file in" in unit(policy_file).detail


def test_a_failing_test_fails_with_promtools_words(tmp_path: Path) -> None:
    """Expected and found are quoted; the record is a failure."""
    policy_file = policy_folder(tmp_path, rules=RULES.replace("sum by", "count by"), tests=TESTS.replace("1x4", "5x4"))
    run = promql_unit(policy_file)
    assert run.outcome is Outcome.PASS
    policy_file = policy_folder(tmp_path / "again", tests=TESTS.replace("1x4", "5x4"))
    run = promql_unit(policy_file)
    assert run.outcome is Outcome.FAIL
    assert "got:" in run.findings[0]
    assert [record.outcome for record in records(policy_file.journal)] == ["FAIL"]


def test_good_tests_pass(tmp_path: Path) -> None:
    """In folders below as well."""
    policy_file = policy_folder(tmp_path)
    (tmp_path / "tests" / "below").mkdir()
    deeper = TESTS.replace("../rules", "../../rules")
    (tmp_path / "tests" / "below" / "more.yaml").write_text(deeper, encoding="utf-8")
    run = promql_unit(policy_file)
    assert (run.outcome, run.detail) == (Outcome.PASS, "promtool passes 2 test files")
