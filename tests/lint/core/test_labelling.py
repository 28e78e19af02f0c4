"""Tests of the labels of rules, followed through recorded series."""

from __future__ import annotations

from datetime import timedelta

from gonogo.formats.prometheus_config import Configuration
from gonogo.formats.sources import source_file
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.labelling import DEEPEST, MOST
from gonogo.promql.parser import parse
from gonogo.promql.tree import Matcher, Vector


def estate(*rules: str, **facts: object) -> Estate:
    """Return one group of recording rules, each ``name = expression`` (labels before a ``|``)."""
    lines = ["groups: [{name: g, rules: ["]
    for rule in rules:
        name, _, expression = rule.partition(" = ")
        name, _, labels = name.partition("|")
        lines.append(f"  {{record: {name}, expr: '{expression}', labels: {{{labels}}}}},")
    text = "\n".join([*lines, "]}]"])
    return Estate((source_file(text, "rules.yml"),)).having(**facts)


def absent(estate: Estate, place: int, label: str, *, expected: bool = True) -> bool:
    """Return whether the result of a rule cannot have a label."""
    labelling = estate.expected_labels if expected else estate.labels
    return labelling.result(estate.rules[place].rule).of(label).is_absent


def test_a_recorded_series_has_the_labels_of_its_rule() -> None:
    """The rule keeps or sets these labels."""
    some = estate("a:b = sum by (job) (x)", "c = a:b", "a:d|severity: high = sum(x)", "e = a:d")
    assert absent(some, 1, "instance")
    assert not absent(some, 1, "job")
    assert not absent(some, 3, "severity")
    assert absent(some, 3, "job")


def test_a_label_that_a_rule_sets_to_an_empty_value_is_deleted() -> None:
    """The series then does not have the label."""
    assert absent(estate('a:b|job: "" = sum by (job) (x)', "c = a:b"), 1, "job")


def test_each_of_several_rules_of_one_name_counts() -> None:
    """Only one rule counts if the selector fits no other rule."""
    some = estate(
        "a:b|kind: one = sum by (job) (x)",
        "a:b|kind: two = sum by (pod) (x)",
        "c = a:b",
        'd = a:b{kind="one"}',
        'e = a:b{pod="p"}',
        'f = a:b{pod="p", job="j"}',
    )
    assert not absent(some, 2, "pod")
    assert absent(some, 2, "instance")
    assert absent(some, 3, "pod")
    assert absent(some, 4, "job")
    assert not absent(some, 5, "instance")


def test_a_rule_in_a_circle_may_have_any_label() -> None:
    """No label is known to be absent."""
    some = estate("a:b = a:b", "c:d = e:f", "e:f = c:d or sum(x)")
    assert not absent(some, 0, "job")
    assert not absent(some, 1, "job")


def test_a_chain_of_rules_is_followed_up_to_a_limit() -> None:
    """Beyond the limit any label is possible, and nothing fails."""
    chain = ["a:0 = sum(x)", *(f"a:{n} = a:{n - 1}" for n in range(1, 100))]
    assert absent(estate(*chain), DEEPEST - 1, "job")
    assert not absent(estate(*reversed(chain)), 0, "job")


def test_a_name_with_very_many_rules_may_have_any_label() -> None:
    """The limit keeps the cost from growing with the square of the rules."""
    some = estate(*(f"a:b|n: v{n} = sum(x)" for n in range(MOST + 1)), "c = a:b")
    assert not absent(some, MOST + 1, "job")


def test_alerts_and_nameless_selectors_may_have_any_label() -> None:
    """Recording rules alone do not make these series."""
    some = estate("a:b = sum(x)", 'c = {__name__=~"a:b"}', "d = ALERTS")
    assert not absent(some, 1, "job")
    assert not absent(some, 2, "job")


def test_labels_are_certain_only_if_no_other_series_can_arrive() -> None:
    """All rules must be known, and nothing federated."""
    rules = ("a:b = sum(x)", "c = a:b")
    outside = Configuration("prometheus.yml", timedelta(minutes=1), timedelta(minutes=1), foreign=True)
    assert not absent(estate(*rules), 1, "job", expected=False)
    assert absent(estate(*rules, complete=True), 1, "job", expected=False)
    assert not absent(estate(*rules, complete=True, configuration=outside), 1, "job", expected=False)
    inside = Configuration("prometheus.yml", timedelta(minutes=1), timedelta(minutes=1))
    assert absent(estate(*rules, complete=True, configuration=inside), 1, "job", expected=False)


def test_a_selector_that_fits_no_recording_rule_finds_none() -> None:
    """All rules of the name must be known, and none may fit."""
    some = estate("a:b|kind: one = sum by (job) (x)", "a:b|kind: two = sum by (job) (x)")
    for labels, none in (
        ('kind="three"', True),
        ('kind=~"th.+"', True),
        ('pod="p"', True),
        ('job="j"', False),
        ('kind="two"', False),
    ):
        vector = parse(f"a:b{{{labels}}}")
        assert isinstance(vector, Vector)
        assert some.expected_labels.finds_none(vector) is none
        assert not some.labels.finds_none(vector)
    assert not some.expected_labels.finds_none(Vector("raw", (Matcher("job", "=", "j"),)))
    assert not some.expected_labels.finds_none(Vector(None, (Matcher("job", "=", "j"),)))


def test_only_a_name_with_a_colon_is_certainly_recorded() -> None:
    """An exporter may have a metric of any other name."""
    some = estate("plain = sum(x)", "a:b = sum(x)", "c = plain", "d = a:b", complete=True)
    proven = [some.proven_labels.result(rule.rule).of("job").is_absent for rule in some.rules[2:]]
    assert proven == [False, True]
    assert not some.having(complete=False).proven_labels.result(some.rules[3].rule).of("job").is_absent


def test_an_unreadable_expression_may_have_any_label() -> None:
    """A record of such an expression may have any label as well."""
    some = estate("a:b = sum(", "c = a:b")
    assert not absent(some, 0, "job")
    assert not absent(some, 1, "job")
