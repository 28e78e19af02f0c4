"""The YAML that Prometheus and promtool read has the meaning of the values."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml

from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.rulepack.document import document_of_tests, rules_document, series_text


def test_a_rule_file_has_the_content_of_its_rules() -> None:
    """Every key is written in the usual order, and no other key is written."""
    group = RuleGroup(
        "g",
        (
            Rule(RuleKind.RECORD, "r", "a\n+ b", {"l": "v"}),
            Rule(RuleKind.ALERT, "A", "r > 0", {}, {"summary": "s"}, timedelta(minutes=5)),
            Rule(RuleKind.ALERT, "B", "r > 1"),
        ),
    )
    text = rules_document("# by hand\n", [group])
    assert text.startswith(
        "# by hand\ngroups:\n  - name: g\n    rules:\n      - record: r\n        expr: |\n          a\n          + b\n"
    )
    assert yaml.safe_load(text)["groups"][0]["rules"] == [
        {"record": "r", "expr": "a\n+ b\n", "labels": {"l": "v"}},
        {"alert": "A", "expr": "r > 0\n", "for": "5m", "annotations": {"summary": "s"}},
        {"alert": "B", "expr": "r > 1\n", "annotations": {}},
    ]


def test_a_test_file_names_its_rules_first() -> None:
    """The rest of the file is written as given."""
    text = document_of_tests("# by hand\n", "../rules/x.yml", {"evaluation_interval": "1m", "tests": [{"name": "s"}]})
    assert text == ("# by hand\nrule_files:\n  - ../rules/x.yml\nevaluation_interval: 1m\ntests:\n  - name: s\n")


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ({}, "{}"),
        ({"__name__": "x"}, "x"),
        ({"__name__": "x", "a": 'b"c'}, 'x{a="b\\"c"}'),
        ({"a": "b"}, '{a="b"}'),
        ({"__name__": "x.y", "a.b": "c"}, '{"x.y","a.b"="c"}'),
    ],
)
def test_labels_are_written_as_selectors(labels: dict[str, str], text: str) -> None:
    """The name is before the braces if every version can read it there."""
    assert series_text(labels) == text
