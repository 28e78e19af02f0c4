"""Tests of ``template-label-missing``: labels in texts that the expression has lost."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.template_label_missing import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of
from tests.lint.core.short_rules import alert, record


def found(expression: str, text: str, *others: str, section: str = "annotations", **facts: object) -> list[Finding]:
    """Run the check on one alert with one text, next to other rules."""
    own = f"{{alert: A, expr: '{expression}', {section}: {{summary: '{text}'}}}}"
    files = {"rules.yml": f"groups: [{{name: web, rules: [{', '.join([*others, own])}]}}]\n"}
    return list(findings(estate_of(Example(files, facts)), [CHECK]))


@pytest.mark.parametrize(
    ("expression", "text", "why"),
    [
        ("sum by (job) (x) > 1", "{{ $labels.instance }}", "'sum by (job)' keeps no other label"),
        ("absent(x)", "{{ .Labels.job }}", "'absent' has only the labels that its own selector sets with '='"),
        ("vector(1)", '{{ index $labels "job" }}', "the result of 'vector()' has no such label"),
        ("time() > bool 1", "{{ $labels.job }}", "the result of the expression has no labels"),
        ("rate(x[5m]) > 1", "{{ $labels.__name__ }}", "functions, arithmetic and aggregations drop the metric's name"),
    ],
)
def test_a_label_that_is_never_there_is_found(expression: str, text: str, why: str) -> None:
    """The message names the part that loses the label."""
    (one,) = found(expression, text)
    assert one.severity == "error"
    assert why in one.message


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("x > 1", "{{ $labels.anything }}"),
        ("sum by (job) (x) > 1", "{{ $labels.job }}"),
        ("sum by (job) (x) > 1", "no template"),
        ("sum by (job) (x) > 1", "{{ $value }}"),
        ("sum by (job) (x) > 1", "{{ if $labels.pod }}{{ $labels.pod }}{{ end }}"),
        ("sum(", "{{ $labels.job }}"),
        ("sum(x) > 1", "{{ $labels.job"),
    ],
)
def test_a_label_that_may_exist_is_not_found(expression: str, text: str) -> None:
    """Possible labels and unreadable templates are not found."""
    assert found(expression, text) == []


def test_each_place_in_a_text_is_found_once() -> None:
    """Each place in a label or annotation is reported once."""
    places = [
        (one.where.start.column, one.where.length)
        for one in found("sum(x) > 1", "{{ $labels.a }} {{ $labels.b }} {{ $labels.a }}", section="labels")
    ]
    assert len(places) == len(set(places)) == 3
    assert {length for _, length in places} == {2}


def test_a_label_lost_by_a_record_is_an_error_only_if_all_rules_are_known() -> None:
    """Series of that name may come from elsewhere, so the finding is a warning otherwise."""
    rule = record("job:x:sum", "sum by (job) (x)")
    assert [one.severity for one in found("job:x:sum > 1", "{{ $labels.pod }}", rule)] == ["warning"]
    assert [one.severity for one in found("job:x:sum > 1", "{{ $labels.pod }}", rule, complete=True)] == ["error"]
    assert [one.severity for one in found("sum(job:x:sum) > 1", "{{ $labels.pod }}", rule)] == ["error"]


def test_an_alert_without_a_template_is_not_found() -> None:
    """Alerts without templates are not found."""
    assert found("x > 1", "{{ $labels.a }}", alert("B", "sum(x) > 1")) == []
