"""Tests of ``impossible-join``: sides that never match, selectors without series, groupings by absent labels."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.impossible_join import CHECK
from tests.lint.core.short_rules import alert, found, record, severities


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        (
            'x{job="a"} / on (job) sum(y)',
            "never match by 'job', so the result is always empty: the left side has 'a', the right side never has it",
        ),
        (
            'sum(y) and x{job!=""}',
            "the left side never has it, the right side has it always ('sum' without 'by' drops all labels)",
        ),
        ('x{job="a"} > y{job=~"b|c"}', "the left side has 'a', the right side has 'b' or 'c'"),
        ('x{job="a"} > y{job=~"b|"}', "the left side has 'a', the right side has 'b' or none"),
        ('x{job="a"} > y{job!="a"}', "the left side has 'a', the right side has other values"),
        ('x{job="a"} unless y{job="b"}', "so it removes nothing"),
        (
            "sum by (job, pod) (sum by (job) (x))",
            "'sum by' names 'pod', but no series can have this label: 'sum by (job)' keeps no other label",
        ),
        (
            "x * on (job) group_left (pod) sum by (job) (y)",
            "'group_left' names 'pod', but no series can have this label",
        ),
        (
            "sum by (job) (y) * on (job) group_right (pod) x",
            "'group_right' names 'pod', but no series can have this label",
        ),
        ("sum by (a) (x) / on (b) sum by (b) (y)", "'on' names 'b', which the left side never has"),
        ("x * on (job) group_left sum(y)", "'on' names 'job', which the right side never has"),
        ("sum by (job) (x) > 1 unless sum(y) > 1", "the left side of 'unless' is grouped by 'job'"),
        ('x{job="a", job="b"}', "its matchers for 'job' contradict one another"),
    ],
)
def test_an_impossible_operation_is_an_error(expression: str, part: str) -> None:
    """Impossible operations are errors, in alerts and in recording rules."""
    for rule in (alert("A", expression), record("a:b", expression)):
        (one,) = found(CHECK, rule)
        assert one.severity == "error"
        assert part in one.message


@pytest.mark.parametrize(
    "expression",
    [
        "x",
        "sum(",
        "x / y",
        'x{job="a"} / on (pod) y{job="b"}',
        'x{job=~"a|b", job!="a"}',
        "sum by (job) (x)",
        "sum without (pod) (sum by (job) (x))",
        "topk by (pod) (1, sum by (job) (x))",
        "count by (__name__) (rate(x[5m]))",
        "x * on (job) group_left y",
        "x * on (job) group_left (pod) y",
        "x or sum(y)",
        "x or on (job) sum(y)",
        "x + on (job) fill (0) sum(y)",
        "sum(x) / on (job) sum(y)",
        "x / scalar(sum(y))",
        "x / ignoring (job, instance) sum(y)",
        "a:b > 1 unless sum(y) > 1",
        '{job="a"} or x',
        "sum(x) > 5 and hour() > 8",
        "sum by (job) (x) / 2",
        "2 / sum by (job) (x)",
        "sum by (job) (x) / on () group_left sum(y)",
        "sum by (job) (x) / ignoring (job) group_left sum(y)",
        "sum by (job) (x) / sum by (job) (y)",
        "sum by (job) (x) + fill (0) sum(y)",
        'sum by (job) (x{job="a", job="b"}) and y{job="b"}',
    ],
)
def test_an_operation_that_may_match_is_not_found(expression: str) -> None:
    """Operations that may match are not found."""
    assert [one for one in found(CHECK, alert("A", expression)) if "contradict" not in one.message] == []


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        ("sum by (job) (x) / sum(y) > 0.1", "the left side of '/' is grouped by 'job', which the other side never has"),
        ("sum(x) unless sum by (job) (y)", "the right side of 'unless' is grouped by 'job'"),
        ("x > 1 unless sum(y) > 1", "the left side of 'unless' has the labels of the targets that export x"),
        ("up == 0 and hour() > 8", "the left side of 'and' has the labels of the targets that export up"),
        ("sum(y) / rate(x_total[5m]) / 2 and z", "the right side of '/' has the labels of the targets that export"),
    ],
)
def test_a_join_that_only_matches_by_accident_is_a_warning(expression: str, part: str) -> None:
    """The sides match only if the grouped label is missing, which its author did not expect."""
    (one,) = found(CHECK, alert("A", expression))
    assert one.severity == "warning"
    assert part in one.message


def test_a_grouping_label_that_is_impossible_is_found_once() -> None:
    """The label is reported once, as an error."""
    assert severities(CHECK, alert("A", "sum by (pod) (sum(x)) / sum(y)")) == ["error"]


def test_a_join_of_recorded_series_is_an_error_only_if_all_rules_are_known() -> None:
    """Series of that name may come from elsewhere, so the finding is a warning otherwise."""
    rules = (record("a:b", "sum by (job) (x)"), alert("A", 'a:b{job="web"} > on (pod) y{pod="p"}'))
    assert severities(CHECK, *rules) == ["warning"]
    assert severities(CHECK, *rules, complete=True) == ["error"]


def test_a_selector_that_no_recording_rule_fits_is_found() -> None:
    """The rules drop the label, or set another value."""
    rules = (record("a:b", "sum by (job) (x)", kind="one"), alert("A", 'a:b{pod="p"}'), alert("B", 'a:b{kind="two"}'))
    assert severities(CHECK, *rules) == ["warning"] * 2
    assert severities(CHECK, *rules, complete=True) == ["error"] * 2
    assert severities(CHECK, record("a:b", "sum by (job) (x)"), alert("A", 'a:b{job="p"}')) == []
    assert severities(CHECK, alert("A", 'ALERTS{alertname="B"}'), alert("C", '{__name__=~"a", job="b"}')) == []


def test_a_raw_metric_that_a_rule_records_may_have_no_labels() -> None:
    """A recorded metric without labels can match."""
    assert severities(CHECK, record("x", "sum(z)"), alert("A", "x > 1 unless sum(y) > 1")) == []


def test_two_nested_joins_without_labels_are_found_once() -> None:
    """The outer join has no labels only because of the inner one, so only one is reported."""
    (one,) = found(CHECK, alert("A", "(count(x) / limit) * 100 > 80 and limit > 0"))
    assert "the right side of '/'" in one.message
