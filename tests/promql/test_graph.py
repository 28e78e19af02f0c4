"""Tests of gonogo.promql.graph."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.rule import Rule
from gonogo.promql.graph import RuleGraph
from tests.formats.rule_samples import alert, of_file, of_server, record


def names(rules: tuple[Rule, ...]) -> list[str]:
    """Return the name of each rule."""
    return [rule.name for rule in rules]


@pytest.mark.parametrize(
    ("rules", "cycle"),
    [
        ([record("m", "m")], ("m",)),
        ([record("m", "m offset 1m + x")], ("m",)),
        ([record("m", "a"), record("a", "b + x"), record("b", "rate(m[5m])")], ("m", "a", "b")),
        ([record("m", "a"), record("a", "x + b"), record("b", "a")], ("a", "b")),
        ([record("m", "x or absent(m)")], ("m",)),
        ([record("m", '{__name__=~"m|x"}')], ("m",)),
        ([record("m", 'sum({job="a"})')], ("m",)),
        ([record("m", "count(ALERTS)"), alert("A", "m > 1")], ("m", 'ALERTS{alertname="A"}')),
        ([record("m", 'm{slo="b"}', slo="a"), record("m", 'm{slo="a"}', slo="b")], ("m", "m")),
        ([record("m", "x"), record("m", "m", slo="a")], ("m",)),
    ],
)
def test_a_cycle_of_any_length_under_a_metric_is_found(rules: list[Rule], cycle: tuple[str, ...]) -> None:
    """The cycle goes through ranges, offsets, patterns over names, alerts and labels."""
    assert RuleGraph(rules).cycle("m") == cycle


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [record("m", "x")],
        [record("m", "a + b"), record("a", "c"), record("b", "c"), record("c", "x")],
        [record("m", 'm{slo="a"}', slo="b"), record("m", "x", slo="a")],
        [record("m", 'm{slo=""}', slo="b")],
        [record("m", 'sum({job="a"})', job="b")],
        [record("m", 'count(ALERTS{alertname="A"})'), alert("B", "m > 1"), alert("A", "x > 1")],
        [record("m", "x"), record("other", "other")],
        [record("m", "m{")],
    ],
)
def test_rules_that_do_not_read_themselves_are_no_cycle(rules: list[Rule]) -> None:
    """The rules form diamonds, have labels that contradict, or have a cycle elsewhere."""
    assert RuleGraph(rules).cycle("m") is None


def test_the_closure_has_every_rule_under_a_metric_once_nearest_first() -> None:
    """A rule that two rules read is listed once. Rules that are not under the metric are not listed."""
    rules = [record("m", "a + b"), record("a", "c"), record("b", "c"), record("c", "x"), record("other", "m")]
    graph = RuleGraph.of([of_file(*rules[:2]), of_server(*rules[2:])])
    assert names(graph.closure("m")) == ["m", "a", "b", "c"]
    assert names(graph.bottom_up("m")) == ["c", "a", "b", "m"]
    assert graph.closure("x") == ()
    assert names(graph.recorded_by("m")) == ["m"]


def test_a_closure_with_a_cycle_ends() -> None:
    """A closure with a cycle lists each rule once."""
    graph = RuleGraph([record("m", "a"), record("a", "m + x")])
    assert names(graph.closure("m")) == ["m", "a"]
    assert names(graph.bottom_up("m")) == ["a", "m"]
    assert [s.text for s in graph.raw_selectors("m")] == ["x"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("r", ["r", "r"]),
        ('r{slo="a"}', ["r"]),
        ('r{slo="c"}', []),
        ('r{job="any"}', ["r", "r"]),
        ('{__name__=~"r|q",slo!="b"}', ["r", "q"]),
        ("ALERTS", ["A", "T"]),
        ('ALERTS{alertname="A",alertstate="firing"}', ["A"]),
        ('ALERTS_FOR_STATE{severity="page"}', ["A", "T"]),
        ('ALERTS{severity="low"}', ["T"]),
        ('{__name__=~"ALERTS.*"}', ["A", "T"]),
    ],
)
def test_a_rule_depends_on_rules_whose_labels_do_not_contradict(selector: str, expected: list[str]) -> None:
    """Static labels have one value. Templates and labels of series may have any. Alerts make ALERTS."""
    rules = [
        record("r", "x", slo="a"),
        record("r", "y", slo="b"),
        record("q", "z"),
        alert("A", "x > 1", severity="page"),
        alert("T", "x > 1", severity="{{ $labels.severity }}"),
    ]
    graph = RuleGraph([*rules, record("m", f"sum({selector})")])
    (reading,) = graph.recorded_by("m")
    assert names(graph.upstream(reading)) == expected


def test_raw_selectors_are_found_below_recorded_metrics() -> None:
    """A selector is required only if each selector on the way to it is required."""
    graph = RuleGraph(
        [
            record("m", "a + (b or c) unless d"),
            record("a", 'rate(raw{job="x"}[5m]) + shared'),
            record("b", "increase(low[1h]) + shared"),
            record("d", "last"),
            alert("A", "unrelated"),
        ]
    )
    found = {s.text: (s.required, s.range) for s in graph.raw_selectors("m")}
    assert found == {
        'raw{job="x"}': (True, timedelta(minutes=5)),
        "shared": (True, None),
        "low": (False, timedelta(hours=1)),
        "c": (False, None),
        "last": (False, None),
    }


def test_the_longest_range_of_a_raw_selector_is_kept() -> None:
    """A selector read in three ways is listed once."""
    graph = RuleGraph([record("m", "rate(x[5m]) + rate(x[1h]) + x")])
    (found,) = graph.raw_selectors("m")
    assert (found.text, found.range, found.required) == ("x", timedelta(hours=1), True)


def test_a_metric_without_rules_is_its_own_raw_selector() -> None:
    """A signal may be read directly from a target."""
    (found,) = RuleGraph([]).raw_selectors("up")
    assert (found.text, found.required) == ("up", True)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ('{__name__=~"a|b"}', {"x": True, "y": True}),
        ('{__name__=~"a|z"}', {"x": True, '{__name__!="a",__name__=~"a|z"}': False}),
        ('{__name__=~"z.*"}', {'{__name__=~"z.*"}': True}),
        ('a{job="other"}', {'a{job="other"}': True}),
        ('ALERTS{alertname="none"}', {'ALERTS{alertname="none"}': True}),
        ('ALERTS{alertname="A"}', {"up": True}),
    ],
)
def test_patterns_over_names_reach_rules_and_raw_series(selector: str, expected: dict[str, bool]) -> None:
    """A pattern may find no series beside recorded metrics."""
    graph = RuleGraph(
        [record("m", f"sum({selector})"), record("a", "x", job="a"), record("b", "y"), alert("A", "up == 0")]
    )
    assert {s.text: s.required for s in graph.raw_selectors("m")} == expected


def test_an_unreadable_rule_is_named() -> None:
    """The sources of such a rule are not known."""
    graph = RuleGraph([record("m", "a + b"), record("a", "x"), record("b", "rate(x[5m]")])
    ((rule, why),) = graph.unreadable("m")
    assert (rule.name, why) == ("b", "it is not PromQL: a parenthesis is not closed")
    assert graph.unreadable("a") == ()
    (unread,) = graph.recorded_by("b")
    assert graph.reads(unread) is None


def test_a_chain_of_ten_thousand_rules_is_walked() -> None:
    """The walk needs no recursion."""
    depth = 10_000
    graph = RuleGraph([record("m0", "raw"), *(record(f"m{n + 1}", f"m{n}") for n in range(depth))])
    top = f"m{depth}"
    assert graph.cycle(top) is None
    assert len(graph.closure(top)) == len(graph.bottom_up(top)) == depth + 1
    assert [s.text for s in graph.raw_selectors(top)] == ["raw"]


edges = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


@given(edges)
def test_a_cycle_is_found_exactly_if_a_metric_reaches_itself(edges: set[tuple[int, int]]) -> None:
    """The test compares with plain reachability. The reported cycle is one of the graph."""
    rules = [
        record(f"m{n}", " + ".join(["raw", *(f"m{to}" for start, to in sorted(edges) if start == n)])) for n in range(6)
    ]
    reached = {(a, b) for a, b in edges}
    for middle in range(6):
        reached |= {(a, d) for a, b in reached for c, d in reached if b == c == middle}
    expected = any(n == 0 or (0, n) in reached for n in range(6) if (n, n) in reached)
    cycle = RuleGraph(rules).cycle("m0")
    assert (cycle is not None) is expected
    steps = zip(cycle or (), (*(cycle or ())[1:], *(cycle or ())[:1]), strict=True)
    assert all((int(a[1:]), int(b[1:])) in edges for a, b in steps)
