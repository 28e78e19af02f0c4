"""Tests of gonogo.formats.files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.errors import Position
from gonogo.formats.files import homes, read_rules
from gonogo.formats.yaml import Loc, parse
from gonogo.model.rule import RuleKind

RULE = "groups: [{{name: g, rules: [{}]}}]"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("groups: [", "1:10", "this is not YAML"),
        ("- a", "1:1", "a mapping is expected here, not a list"),
        ("text", "1:1", "a mapping is expected here, not a single value"),
        ("groups: {}\nmore: 1", "2:1", "unknown key 'more'"),
        ("groups: {a: 1}", "1:9", "'groups' takes a list, not a mapping"),
        ("groups: [1]", "1:10", "a mapping is expected here, not a single value"),
        ("groups: [{rules: []}]", "1:10", "the group has no name"),
        ("groups: [{name: [a]}]", "1:17", "'name' takes one value, not a list"),
        ("groups: [{name: g, colour: red}]", "1:20", "unknown key 'colour'"),
        ("groups: [{name: g}, {name: g}]", "1:28", "a group 'g' is already in this file"),
        ("groups: [{name: g, interval: soon}]", "1:30", "'soon' is not a duration"),
        ("groups: [{name: g, query_offset: 1.5m}]", "1:34", "'1.5m' is not a duration"),
        ("groups: [{name: g, limit: many}]", "1:27", "the limit must be a whole number"),
        ("groups: [{name: g, limit: true}]", "1:27", "the limit must be a whole number"),
        ("groups: [{name: g, rules: 5}]", "1:27", "'rules' takes a list, not a single value"),
        ("groups: [{name: g, labels: {'': x}}]", "1:29", "'' is not a valid name"),
        (RULE.format("{expr: x}"), "1:28", "the rule has neither 'record' nor 'alert'"),
        (RULE.format("{record: a, alert: b, expr: x}"), "1:28", "the rule has both 'record' and 'alert'"),
        (RULE.format("{record: a}"), "1:28", "the rule 'a' has no expression"),
        (RULE.format("{record: a, expr: ' '}"), "1:28", "the rule 'a' has no expression"),
        (RULE.format("{record: , expr: x}"), "1:37", "the rule has no name"),
        (RULE.format("{record: 'a{b', expr: x}"), "1:37", "'a{b' is not a valid metric name: it has braces"),
        (RULE.format("{record: a, expr: x, for: 5m}"), "1:49", "a record rule has no 'for'"),
        (RULE.format("{record: a, expr: x, annotations: {}}"), "1:49", "a record rule has no 'annotations'"),
        (RULE.format("{alert: a, expr: x, for: 5}"), "1:53", "'5' is not a duration"),
        (RULE.format("{alert: a, expr: x, for: ''}"), "1:53", "'' is not a duration"),
        (RULE.format("{alert: a, expr: x, keep_firing_for: [1m]}"), "1:65", "'keep_firing_for' takes one value"),
        (RULE.format("{alert: a, expr: x, labels: {b: {c: d}}}"), "1:60", "'b' takes one value, not a mapping"),
        (
            RULE.format("{alert: a, expr: x, labels: {__name__: b}}"),
            "1:57",
            "'__name__' is not a valid label name here",
        ),
        (RULE.format("{alert: a, expr: x, annotations: {'': c}}"), "1:62", "'' is not a valid name"),
        (RULE.format("{alert: a, expr: x, colour: red}"), "1:48", "unknown key 'colour'"),
        (RULE.format("{alert: a, alert: b, expr: x}"), "1:39", "the key 'alert' is here again"),
    ],
)
def test_every_mistake_has_a_place(text: str, where: str, message: str) -> None:
    """A mistake has its line and column, even if Prometheus would accept it silently."""
    problem = read_rules(text, "r.yml").problems[0]
    assert f"{problem.where}" == f"r.yml:{where}"
    assert message in problem.message


def test_all_mistakes_are_listed_and_the_rest_is_read() -> None:
    """One bad rule hides neither the next mistake nor the good rules."""
    text = RULE.format("{record: a}, {record: b, expr: x, for: 1m}, {expr: y}, {record: c, expr: z}")
    found = read_rules(text, "r.yml")
    assert len(found.problems) == 3
    assert [rule.name for rule in found.groups[0].rules] == ["b", "c"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "groups:\n", "groups: []\n"])
def test_a_file_without_rules_is_read(text: str) -> None:
    """Prometheus loads the file too. Another check reports that the files of a policy are empty."""
    found = read_rules(text, "r.yml")
    assert (found.groups, found.problems) == ((), ())


FILE = r"""
groups:
  - name: first
    interval: 90s
    query_offset: 1m
    limit: 5
    labels: {team: a, tier: 1}
    rules:
      - record: job:up:sum
        expr: |

          sum by (job) (up{a=~`\d+`})
        labels: {tier: 1.10, on: yes, no: 0x10, empty: }
      - alert: Down
        expr: "up == 0"
        for: 1m
        keep_firing_for: 0
        labels:
          severity: "{{ $labels.severity }}"
        annotations:
          runs: 007
          summary: |
            gone
  - name: second
    interval: 0s
    rules:
      - {record: one, expr: 1}
"""


def test_rules_are_read_as_prometheus_reads_them() -> None:
    """Scalars keep their spelling, a rule's own labels override group labels, and 0 is no interval."""
    found = read_rules(FILE, "r.yml")
    assert found.problems == ()
    first, second = found.groups
    assert (first.name, first.interval, first.file) == ("first", timedelta(seconds=90), "r.yml")
    assert second.interval is None
    up, down = first.rules
    assert (up.kind, up.name, up.expression) == (RuleKind.RECORD, "job:up:sum", r"sum by (job) (up{a=~`\d+`})")
    assert up.labels == {"team": "a", "tier": "1.10", "on": "yes", "no": "0x10", "empty": ""}
    assert (down.kind, down.held, down.keep_firing) == (RuleKind.ALERT, timedelta(minutes=1), timedelta(0))
    assert down.labels == {"team": "a", "tier": "1", "severity": "{{ $labels.severity }}"}
    assert down.annotations == {"runs": "007", "summary": "gone\n"}
    assert second.rules[0].expression == "1"


def test_a_rule_knows_where_its_expression_begins() -> None:
    """The expression begins after the quote, or in a block at the first line of text."""
    first, second = read_rules(FILE, "r.yml").groups
    places = [rule.position for rule in (*first.rules, *second.rules)]
    assert places == [Position("r.yml", 12, 11), Position("r.yml", 15, 16), Position("r.yml", 27, 29)]


def test_names_may_be_any_text() -> None:
    """The server's version decides which names are valid, so the reader refuses none."""
    rules = (
        "{record: http.requests:sum, expr: x, labels: {service.name: a}}, {alert: B, expr: x, annotations: {r.b: c}}"
    )
    read = read_rules(RULE.format(rules), "r.yml")
    assert read.problems == ()
    recorded, alert = read.groups[0].rules
    assert (recorded.name, recorded.labels, alert.annotations) == (
        "http.requests:sum",
        {"service.name": "a"},
        {"r.b": "c"},
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [((), False)]),
        ("groups: []", [((), False)]),
        ("kind: Service", [((), False)]),
        ("kind: 7", [((), False)]),
        ("[]", [((), False)]),
        ("kind: PrometheusRule", [(("spec",), True)]),
        ("kind: List\nitems: 7", [((), False)]),
        ("kind: List\nitems: []", []),
        ("kind: List\nitems: [{kind: PrometheusRule}, {kind: Service}, 7, {}]", [(("items", 0, "spec"), True)]),
        ("kind: PrometheusRuleList\nitems: [{}, {kind: Service}, 7]", [(("items", 0, "spec"), True)]),
        (
            "kind: List\nitems: [{kind: PrometheusRuleList, items: [{spec: {}}]}]",
            [(("items", 0, "items", 0, "spec"), True)],
        ),
    ],
)
def test_groups_are_found_at_the_top_and_in_resources(text: str, expected: list[tuple[Loc, bool]]) -> None:
    """In lists groups are in the items. Items of other kinds have no groups."""
    assert list(homes(parse(text, "f"))) == expected
