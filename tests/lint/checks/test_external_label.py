"""Tests of ``external-label``: external labels that are missing or that a rule overrides."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.external_label import CHECK
from gonogo.lint.core.live import Live
from tests.lint.core.short_rules import alert, found, record, severities

EU = "global: {external_labels: {cluster: eu}}\n"


@pytest.mark.parametrize(
    ("text", "configuration", "count"),
    [
        ("{{ $externalLabels.region }}", EU, 1),
        ("{{ $externalLabels.region }}", "global: {}\n", 1),
        ("{{ $externalLabels.cluster }}", EU, 0),
        ("{{ $externalLabels.region }}", "", 0),
        ("{{ if $externalLabels.region }}{{ $externalLabels.region }}{{ end }}", EU, 0),
    ],
)
def test_a_label_that_the_server_lacks_is_found(text: str, configuration: str, count: int) -> None:
    """A missing external label is found if the server's labels are known."""
    assert severities(CHECK, alert("A", "x > 1", place=text), configuration=configuration) == ["warning"] * count


def test_the_external_labels_of_a_running_server_count() -> None:
    """Without a configuration the labels of a running server count."""
    rule = alert("A", "x > 1", place="{{ $externalLabels.region }}")
    assert severities(CHECK, rule, live=Live(external_labels={"cluster": "eu"})) == ["warning"]
    assert severities(CHECK, rule, live=Live(external_labels={"region": "eu"})) == []


@pytest.mark.parametrize(("value", "count"), [("us", 1), ("eu", 0), ("", 0), ("{{ $labels.cluster }}", 0)])
def test_a_rule_that_overrides_an_external_label_is_found(value: str, count: int) -> None:
    """The finding is at the label, in alerts and in recording rules."""
    for rule in (alert("A", "x > 1", cluster=value), record("a:b", "x", cluster=value)):
        told = found(CHECK, rule, configuration=EU)
        assert [one.severity for one in told] == ["warning"] * count
        assert all(one.where.length == len("cluster") for one in told)


def test_a_value_from_the_environment_is_not_known() -> None:
    """``${…}`` may stand for any value."""
    configuration = "global: {external_labels: {cluster: '${CLUSTER}'}}\n"
    assert severities(CHECK, alert("A", "x > 1", cluster="us"), configuration=configuration) == []
