"""``promql-unit``: failures, and passes that prove nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonogo.journal.records import records
from gonogo.model.outcome import Outcome
from gonogo.model.replacing import replace
from gonogo.ruletests.check import UnitOptions
from gonogo.ruletests.recorded import promql_unit, recorded_report, unit
from tests.policy_folder import RULES, TESTS, policy_folder

pytestmark = pytest.mark.versions

NO_ALERT = """\
rule_files: [../rules/duri.yml]
tests:
  - input_series: [{series: raw_x, values: 1x4}]
    alert_rule_test: [{alertname: NAME, eval_time: 1m, exp_alerts: []}]
"""


@pytest.mark.parametrize(
    ("tests", "told"),
    [
        ("", "the file has no tests"),
        ("- 1\n", "the file has no tests"),
        ("rule_files: [../rules/duri.yml]\n", "the list of tests is empty"),
        ("rule_files: [../rules/duri.yml]\ntests: []\n", "the list of tests is empty"),
        (TESTS.partition("    promql_expr_test")[0], "duri.yml:4:5: the test asserts nothing"),
        ("rule_files: [../rules/duri.yml]\ntests: [1]\n", "the test asserts nothing"),
        (TESTS.replace("duri.yml", "dury.yml"), "duri.yml:1:14: ../rules/dury.yml matches no file"),
        (TESTS.partition("\n")[2], "there are no rule_files"),
        (NO_ALERT.replace("NAME", "DuriY"), "no alert is expected of 'DuriY', and no rule has that name"),
        ("rule_files: [a\n", "duri.yml:"),
    ],
    ids=["empty", "list", "no-tests", "none", "nothing", "odd", "unmatched", "no-rules", "typo", "yaml"],
)
def test_a_silent_pass_is_a_failure(tmp_path: Path, tests: str, told: str) -> None:
    """Promtool may succeed, but the run fails with the place and the reason."""
    run = unit(policy_folder(tmp_path, tests=tests))
    assert run.outcome is Outcome.FAIL
    assert told in "\n".join(run.findings)


@pytest.mark.parametrize("where", ["tests", "rules"])
def test_a_binary_file_is_reported(tmp_path: Path, where: str) -> None:
    """A test file or a rule file that is no text is reported."""
    policy_file = policy_folder(tmp_path)
    (tmp_path / where / "duri.yml").write_bytes(b"\xff")
    assert f"{where}/duri.yml:1:1: this is no UTF-8 text" in "\n".join(unit(policy_file).findings)


def test_an_alert_with_data_may_be_expected_not_to_fire(tmp_path: Path) -> None:
    """A real assertion is no finding."""
    quiet = NO_ALERT.replace("NAME", "DuriX").replace("- input", "- interval: 1m\n    input")
    run = unit(policy_folder(tmp_path / "other", tests=quiet))
    assert 'not enough data of raw_x{metric_realm="prod"}' in run.detail
    quiet = quiet.replace("raw_x", "'raw_x{metric_realm=\"prod\"}'")
    assert unit(policy_folder(tmp_path, tests=quiet)).outcome is Outcome.PASS


def test_rules_outside_the_policy_do_not_count(tmp_path: Path) -> None:
    """The record of a pass would stay valid after a change of other rules."""
    policy_file = policy_folder(tmp_path, tests=TESTS.replace("../rules/duri.yml", "../other.yml"))
    (tmp_path / "other.yml").write_text(RULES, encoding="utf-8")
    run = unit(policy_file)
    assert run.outcome is Outcome.FAIL
    assert "the policy does not name the rule file ../other.yml" in run.findings[0]


def test_rules_of_the_policy_are_found_by_base_name(tmp_path: Path) -> None:
    """Rules are found by base name for a test in any folder."""
    policy_file = policy_folder(tmp_path, tests=TESTS.replace("../rules/duri.yml", "web.yml"))
    (tmp_path / "rules" / "duri.yml").rename(tmp_path / "rules" / "web.yml")
    assert unit(policy_file).outcome is Outcome.PASS


def test_a_change_of_the_rules_is_seen_in_the_same_process(tmp_path: Path) -> None:
    """A changed rule file is read again."""
    policy_file = policy_folder(tmp_path)
    assert unit(policy_file).outcome is Outcome.PASS
    (tmp_path / "rules" / "duri.yml").write_text(RULES.replace("raw_x", "raw_y"), encoding="utf-8")
    assert unit(policy_file).outcome is Outcome.FAIL


def test_an_allowed_finding_is_recorded_with_its_reason(tmp_path: Path) -> None:
    """The report passes, the gate does not, and its record gives the reason."""
    policy_file = policy_folder(tmp_path, tests=f"{TESTS}  - input_series: []\n")
    report, run = recorded_report(policy_file, UnitOptions(allowed={"no-assertion": "it is being written"}))
    assert (report.outcome, run.outcome) == ("PASS", "FAIL")
    (record,) = records(policy_file.journal)
    assert "no-assertion, allowed: it is being written" in str(record.detail["findings"])


def test_a_run_without_test_files_fails(tmp_path: Path) -> None:
    """An empty folder and a missing default folder test nothing."""
    policy_file = policy_folder(tmp_path, tests=None)
    assert "there is no test file in" in unit(policy_file).detail
    (tmp_path / "tests").rmdir()
    assert "there is no test file in" in unit(policy_file).detail


def test_every_place_must_have_tests(tmp_path: Path) -> None:
    """A place without tests fails in spite of the others, and it does not count for the gate even if it is allowed."""
    policy_file = policy_folder(tmp_path)
    (tmp_path / "empty").mkdir()
    more = replace(policy_file, tests=(*policy_file.tests, tmp_path / "empty"))
    run = unit(more)
    assert run.outcome is Outcome.FAIL
    assert "empty:1:1: there is no test file here" in run.findings[0]
    report, run = recorded_report(more, UnitOptions(allowed={"no-tests-found": "they are being written"}))
    assert (report.outcome, run.outcome) == ("PASS", "FAIL")
    assert "no-tests-found, allowed: they are being written" in run.findings[0]


def test_a_failing_test_quotes_promtool(tmp_path: Path) -> None:
    """The record is a failure that quotes the expression and its result."""
    policy_file = policy_folder(tmp_path, rules=RULES.replace("sum by", "count by"), tests=TESTS.replace("1x4", "5x4"))
    run = promql_unit(policy_file)
    assert run.outcome is Outcome.PASS
    policy_file = policy_folder(tmp_path / "again", tests=TESTS.replace("1x4", "5x4"))
    run = promql_unit(policy_file)
    assert run.outcome is Outcome.FAIL
    assert "duri_x" in run.findings[0]
    assert 'metric_realm="prod"' in run.findings[0]
    assert [record.outcome for record in records(policy_file.journal)] == ["FAIL"]


def test_good_tests_pass(tmp_path: Path) -> None:
    """Tests in subfolders pass as well."""
    policy_file = policy_folder(tmp_path)
    (tmp_path / "tests" / "below").mkdir()
    deeper = TESTS.replace("../rules", "../../rules")
    (tmp_path / "tests" / "below" / "more.yaml").write_text(deeper, encoding="utf-8")
    run = promql_unit(policy_file)
    assert (run.outcome, run.detail) == (Outcome.PASS, "promtool passes 2 test files")
