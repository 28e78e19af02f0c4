"""Silent passes that the files show: each is found, and honest tests are left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gonogo.errors import Problem, UsageError
from gonogo.formats.test_file import read_unit
from gonogo.model.replacing import replace
from gonogo.model.versions import Version
from gonogo.ruletests.core.loaded import Loaded, LoadedEntry
from gonogo.ruletests.core.report import SilentFinding
from gonogo.ruletests.silent.passes import IDS, STATIC, allowances, silent_passes, under
from tests.ruletests.core.loading import load_files, load_text

RULES = """[{name: a, rules: [
  {record: job:x, expr: sum by (job) (x)}, {record: loop, expr: loop}, {record: odd, expr: 'x >'},
  {alert: High, expr: job:x > 1}, {alert: Rate, expr: 'rate(x[30m]) > 1'}, {alert: Gone, expr: absent(x)},
  {alert: Twice, expr: x > 1}, {alert: Twice, expr: y > 1}, {alert: Odd, expr: 'x >'}, {alert: OddBelow, expr: odd},
  {alert: Kept, expr: x > 1, keep_firing_for: 11m},
  {alert: Fixed, expr: 'x @ 0 > 1'}, {alert: Any, expr: '{job="a"} > 1'}, {alert: Looped, expr: loop > 1},
  {alert: OfAlerts, expr: 'ALERTS{alertname="High"}'}]}]"""


UNREAD = Problem(None, "it is a folder")


def found(test: str, rules: str = RULES) -> list[str]:
    """Return the ids of the findings in one test."""
    return ids_in(load_text(rules, f"tests: [{{interval: 1m, {test}}}]\n"))


def ids_in(loaded: Loaded) -> list[str]:
    """Return the ids of the findings in a file."""
    return [one.silent_pass for one in silent_passes(loaded)]


ABOUT = "{expr: ALERTS, exp_samples: [{}]}"
"""An assertion that is about a rule."""

FED = "input_series: [{series: x, values: 1x40}]"


def quiet(alert: str, at: str = "20m") -> str:
    """Write an assertion that an alert does not fire."""
    return f"alert_rule_test: [{{alertname: {alert}, eval_time: {at}}}]"


def test_ids_are_those_of_the_documentation() -> None:
    """Each id occurs once, and the page of the tests explains it."""
    assert len(set(IDS)) == len(IDS) == len(STATIC) + 5
    page = (Path(__file__).parents[3] / "docs/unit-tests.md").read_text(encoding="utf-8")
    table = page.partition("## Silent passes")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)) == list(IDS)


@pytest.mark.parametrize("text", ["", "# x\n", "[]\n", "rule_files: [r.yml]\n", "rule_files: [r.yml]\ntests: []\n"])
def test_a_file_without_tests_is_a_finding(text: str) -> None:
    """The rest of the file does not matter."""
    assert ids_in(Loaded(text, read_unit(text, "a_test.yml"), ())) == ["no-tests"]


def test_a_file_without_rules_is_a_finding() -> None:
    """The file has no entry, or an entry without rules. An unreadable rule file has another reason."""
    loaded = load_text("[]", "tests: [{promql_expr_test: [{expr: x, exp_samples: [{labels: x}]}]}]\n")
    assert [one.silent_pass for one in silent_passes(loaded)] == ["no-rules"]
    unreadable = replace(loaded, entries=tuple(replace(one, problem=UNREAD) for one in loaded.entries))
    assert list(silent_passes(unreadable)) == []
    assert ids_in(load_files({}, "tests: [{promql_expr_test: [{expr: x, exp_samples: [{}]}]}]\n")) == ["no-rules"]


def test_an_entry_without_a_rule_file_is_a_finding() -> None:
    """The finding is at the entry."""
    loaded = load_text(RULES, f"tests: [{{interval: 1m, {FED}, {quiet('High')}}}]\n")
    (entry,) = loaded.entries
    one, other = silent_passes(replace(loaded, entries=(LoadedEntry(entry.entry),)))
    assert (one.silent_pass, str(one.problem.where)) == ("rule-file-unmatched", "a_test.yml:1:14")
    assert (other.silent_pass, str(other.problem.where.path if other.problem.where else "")) == (
        "unknown-alert",
        "a_test.yml",
    )


@pytest.mark.parametrize(
    ("promtool", "expected"),
    [((2, 42), ["no-interval"]), ((2, 48), ["no-interval"]), (None, ["no-interval"]), ((2, 49), []), ((3, 16), [])],
)
def test_samples_without_an_interval_are_lost_up_to_2_48(promtool: Version | None, expected: list[str]) -> None:
    """Promtool 2.49 and later use the evaluation interval. A promtool without a version may be older."""
    test = f"{{input_series: [{{series: x, values: 0 0 5}}], {quiet('High', '2m')}}}"
    assert ids_in(load_text(RULES, f"tests: [{test}]\n", promtool)) == expected


@pytest.mark.parametrize(
    ("expression", "closed", "left_open"),
    [
        ("rate(x[1m]) > 0", [], ["never-fed"]),
        ("rate(x[1m] anchored) > 0", [], []),
        ("rate(x[1m] smoothed) > 0", [], []),
        ("rate(x[61s]) > 0", [], []),
        ("rate(x[1m:1m]) > 0", [], ["never-fed"]),
        ("rate(x[2m:1m]) > 0", [], []),
        ("rate(x[59s:1m]) > 0", ["never-fed"], ["never-fed"]),
        ("rate(x[59s:30s]) > 0", [], []),
        ("x offset 11m > 0", [], []),
        ("z > 0", [], ["series-too-short"]),
        ("max_over_time(z[5m]) > 0", [], ["series-too-short"]),
        ("max_over_time(z[5m:]) > 0", [], []),
    ],
)
@pytest.mark.parametrize("promtool", [(2, 42), (2, 55), (3, 0), (3, 5), (3, 16), None])
def test_the_left_edge_of_a_range_is_excluded_since_3_0(
    promtool: Version | None, expression: str, closed: list[str], left_open: list[str]
) -> None:
    """A sample at the left edge of a range or of the lookback counts only before 3.0."""
    rules = f"[{{name: a, rules: [{{alert: A, expr: '{expression}'}}]}}]"
    series = f"input_series: [{{series: {'z, values: 1x6' if 'z' in expression else 'x, values: 1x40'}}}]"
    test = f"tests: [{{interval: 1m, {series}, {quiet('A', '11m')}}}]\n"
    is_closed = promtool is not None and promtool < (3, 0)
    assert ids_in(load_text(rules, test, promtool)) == (closed if is_closed else left_open)


def test_a_test_without_an_assertion_is_a_finding() -> None:
    """A test with input alone is a finding."""
    assert found("input_series: [{series: x, values: 1}]") == ["no-assertion"]


def test_a_file_without_an_assertion_about_its_rules_is_a_finding() -> None:
    """Assertions about the input or copies of rules are no proof, and one assertion about a rule is enough."""
    told, about = "{expr: sum by (job) (x), exp_samples: [{}]}", "{expr: job:x, exp_samples: [{}]}"
    assert found(f"{FED}, promql_expr_test: [{told}]") == ["not-about-rules"]
    for more in (about, "{expr: 'ALERTS', exp_samples: [{}]}", "{expr: x >}"):
        assert found(f"{FED}, promql_expr_test: [{told}, {more}]") == []
    assert found(f"{FED}, promql_expr_test: [{told}], {quiet('High')}") == []


def test_a_second_document_is_a_finding() -> None:
    """The finding is at the beginning of the second document."""
    loaded = load_text(RULES, f"tests: [{{interval: 1m, {FED}, {quiet('High')}}}]\n---\n")
    assert [one.silent_pass for one in silent_passes(loaded)] == ["second-document"]


def test_an_unknown_alert_is_a_finding() -> None:
    """Only assertions of "no alert" are findings, because promtool fails the others."""
    assert found(quiet("Hihg")) == ["unknown-alert"]
    assert found(quiet("Other")) == ["unknown-alert"]
    assert found("alert_rule_test: [{alertname: Hihg, exp_alerts: [{}]}, {}]") == []


@pytest.mark.parametrize(
    ("expression", "ids"),
    [
        ("y + 1", ["unknown-metric"]),
        ("job:x", []),
        ("x", []),
        ("absent(y)", []),
        ('{job=\\"a\\"}', []),
        ("y >", []),
        ('ALERTS{alertname=\\"Hihg\\"}', ["unknown-metric"]),
        ('ALERTS{alertname=\\"High\\"}', []),
        ('ALERTS_FOR_STATE{alertname!=\\"\\"}', []),
    ],
)
def test_an_unknown_metric_is_a_finding(expression: str, ids: list[str]) -> None:
    """The expression must be certainly empty."""
    series = "input_series: [{series: x, values: 1}]"
    assert found(f'{series}, promql_expr_test: [{{expr: "{expression}"}}, {ABOUT}]') == ids


def test_expected_and_fed_metrics_are_known() -> None:
    """Every metric is known if a series cannot be read."""
    assert found(f"promql_expr_test: [{{expr: y, exp_samples: [{{labels: y}}]}}, {ABOUT}]") == []
    fed = "input_series: [{series: 'ALERTS{alertname=\"Z\"}', values: 1}]"
    assert found(f"{fed}, promql_expr_test: [{{expr: 'ALERTS{{alertname=\"Z\"}} > 1'}}, {ABOUT}]") == []
    for odd in ("'x{'", "x + 1"):
        assert found(f"input_series: [{{series: {odd}, values: 1}}], promql_expr_test: [{{expr: y}}, {ABOUT}]") == []


@pytest.mark.parametrize(
    ("alert", "values", "ids"),
    [
        ("High", "1x13", ["series-too-short"]),
        ("High", "1x14", []),
        ("High", "1x5 stale", []),
        ("High", "1x5 _", []),
        ("High", "1x5 _x30 1", []),
        ("High", "_x3", ["never-fed"]),
        ("High", "''", ["never-fed"]),
        ("High", "_x21 1x5", ["never-fed"]),
        ("High", "_x20 1x5", []),
        ("Rate", "1x5", []),
        ("Rate", "1", ["never-fed"]),
        ("Gone", "1x5", []),
        ("Twice", "1x5", ["series-too-short"]),
        ("Kept", "1x5", []),
        ("Kept", "1x3", ["series-too-short"]),
        ("Odd", "1x5", []),
        ("OddBelow", "1x5", []),
        ("Fixed", "1x5", []),
        ("Any", "1x5", []),
        ("Looped", "1x5", []),
        ("OfAlerts", "1x5", []),
    ],
)
def test_an_input_that_ends_too_early_is_a_finding(alert: str, values: str, ids: list[str]) -> None:
    """The result must be certainly empty because of that, and the end must be unintended."""
    assert found(f"input_series: [{{series: 'x{{job=\"a\"}}', values: {values}}}], {quiet(alert)}") == ids


def test_an_input_may_end_within_the_range_of_an_expression() -> None:
    """The range extends the time of a sample, and promtool itself compares expected samples."""
    series = "input_series: [{series: x, values: 1x4}, {series: z, values: 1x60}]"
    for at, expected in (("33m", []), ("34m", ["series-too-short"])):
        one = f"{{expr: 'rate(x[30m])', eval_time: {at}}}"
        assert found(f"{series}, promql_expr_test: [{one}, {ABOUT}]") == expected
    both = "{alertname: High, eval_time: 20m, exp_alerts: [{}]}"
    assert found(f"{series}, alert_rule_test: [{both}], promql_expr_test: [{{expr: x, exp_samples: [{{}}]}}]") == []


@pytest.mark.parametrize(
    ("values", "expected", "told"),
    [
        ("1 _x9 1 _x9 1x1", "never-fed", "not enough data of x by then"),
        ("1x1 _x9 1 _x8 1x1", "series-too-short", "too few samples around then"),
    ],
)
def test_a_rate_needs_two_samples_in_its_window(values: str, expected: str, told: str) -> None:
    """A rate needs two samples: without any time with two it is never fed, else the series is too short."""
    series = f"input_series: [{{series: x, values: {values}}}]"
    asked = f"promql_expr_test: [{{expr: 'rate(x[3m])', eval_time: 20m}}, {ABOUT}]"
    (one,) = silent_passes(load_text(RULES, f"tests: [{{interval: 1m, {series}, {asked}}}]\n"))
    assert one == SilentFinding(expected, one.problem)
    assert told in one.problem.message


def test_samples_without_an_interval_are_a_finding() -> None:
    """A finding needs several samples and an assertion of "nothing"."""
    for values, expected in (("1 2", ["no-interval"]), ("1", [])):
        body = f"input_series: [{{series: x, values: {values}}}], {quiet('High', '0s')}"
        loaded = load_text(RULES, f"tests: [{{{body}}}]\n")
        assert [one.silent_pass for one in silent_passes(loaded)] == expected


def test_without_an_interval_no_sample_is_late() -> None:
    """Without an interval all samples are at time 0."""
    loaded = load_text(
        RULES,
        f"evaluation_interval: 5m\ntests: [{{input_series: [{{series: x, values: 1}}], {quiet('High', '7m')}}}]\n",
    )
    assert list(silent_passes(loaded)) == []


@pytest.mark.parametrize(
    ("values", "at", "ids"),
    [("1x9", "7m", ["beyond-last-step"]), ("1x9", "5m", []), ("1x5 _x3 1", "7m", [])],
)
@pytest.mark.parametrize("kind", ["alert_rule_test: [{alertname: High", f"promql_expr_test: [{ABOUT}, {{expr: x"])
def test_an_assertion_after_the_last_step_is_a_finding(values: str, at: str, ids: list[str], kind: str) -> None:
    """A finding needs a lost sample."""
    test = f"input_series: [{{series: x, values: {values}}}], {kind}, eval_time: {at}}}]"
    loaded = load_text(RULES, f"evaluation_interval: 5m\ntests: [{{interval: 1m, {test}}}]\n")
    assert [one.silent_pass for one in silent_passes(loaded)] == ids


def test_with_a_later_assertion_no_sample_is_lost() -> None:
    """The last assertion of the test decides up to which time expressions see samples."""
    assertions = "{expr: x, eval_time: 7m}, {expr: x, eval_time: 10m, exp_samples: [{labels: x}]}"
    test = f"interval: 1m, input_series: [{{series: x, values: 1x20}}], promql_expr_test: [{assertions}, {ABOUT}]"
    assert list(silent_passes(load_text(RULES, f"evaluation_interval: 5m\ntests: [{{{test}}}]\n"))) == []


@pytest.mark.parametrize("text", ["", "no-test", "no-tests", "no-tests  ", "reason no-tests"])
def test_an_allowance_needs_a_kind_and_a_reason(text: str) -> None:
    """A value without a kind or without a reason is refused, so nothing is allowed by mistake."""
    with pytest.raises(UsageError, match="--allow"):
        allowances([text])


def test_an_allowance_is_for_one_kind() -> None:
    """``--allow`` allows the named kind and no other."""
    allowed = allowances(["no-tests they come  later "])
    assert allowed == {"no-tests": "they come  later"}
    both = [SilentFinding("no-tests", Problem(None, "a")), SilentFinding("no-rules", Problem(None, "b"))]
    assert [one.allowed for one in under(allowed, both)] == ["they come  later", ""]
