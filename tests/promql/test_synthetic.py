"""Tests of gonogo.promql.synthetic."""

from __future__ import annotations

import pytest

from gonogo.model.rule import Rule
from gonogo.promql.graph import RuleGraph
from gonogo.promql.synthetic import LONGEST_QUOTE, synthetic
from tests.formats.rule_samples import alert, record

AROUND: tuple[Rule, ...] = (
    record("constant", "vector(0.2)"),
    record("clock", "time()"),
    record("relayed", "constant * 2"),
    record("patched", "raw or vector(0)"),
    record("honest", "rate(raw[5m])"),
    record("split", "raw", slo="a"),
    record("split", "vector(0)", slo="b"),
    alert("Watchdog", "vector(1)"),
    alert("Down", "up == 0"),
    alert("Patched", "(raw or vector(0)) > 5"),
)


def judged(expression: str) -> str | None:
    """Judge a metric m that one expression records, among the rules above."""
    return synthetic("m", RuleGraph([record("m", expression), *AROUND]))


@pytest.mark.parametrize(
    "expression",
    [
        "vector(0.1)", "0.1", "time()", "time() / 3600", "scalar(vector(1))", "vector(scalar(vector(0.1)))",
        'label_replace(vector(1), "a", "b", "c", "d")', "sum(vector(1))", "max_over_time(vector(1)[5m:])",
        "-vector(1)", "day_of_week()", "clamp_max(vector(2), 1)", "vector(1) + vector(2)", "vector(0) or vector(1)",
    ],
)  # fmt: skip
def test_an_expression_without_series_is_invented(expression: str) -> None:
    """The expression has constants and clocks, inside functions and aggregations."""
    assert judged(expression) is not None


@pytest.mark.parametrize(
    "expression",
    [
        "x or vector(0.1)", "vector(0.1) or x", "x or on () vector(0)", "sum(x or vector(0))", "y + (x or vector(0))",
        "(x or vector(time())) > bool 0", "x or y or vector(1)", "x or 0 * y", "x or constant", "x or relayed",
        "x or (y or clock)", "max_over_time((x or vector(0))[5m:])", "x and on () (y or vector(1))",
    ],
)  # fmt: skip
def test_an_expression_with_an_invented_branch_of_or_is_invented(expression: str) -> None:
    """The branch may be on either side of ``or``."""
    assert judged(expression) is not None


@pytest.mark.parametrize(
    "expression",
    [
        "0 * x", "x * 0", "x * 0 + 1", "(x > bool 0) * 0 + 5", "x * -0", "x * (0)", "x * 0.0", "0 * (a + b)",
        "sum(x * 0)", "-(x * 0)", "x * vector(0)", "x * on () group_left () vector(0)", "x * scalar(vector(-0))",
        "x * -vector(0)", "count(x * 0)", "x * 0 * y", "x * 0 + y * 0", "rate(x[5m]) * 0 + 0.2", "honest * 0",
        "x * 0e5",
    ],
)  # fmt: skip
def test_an_expression_of_series_multiplied_by_0_is_invented(expression: str) -> None:
    """The 0 may be on either side, negative, in parentheses or in ``vector()``."""
    assert judged(expression) is not None


@pytest.mark.parametrize(
    ("expression", "origin"),
    [
        ("constant", "constant"),
        ("relayed", "constant"),
        ("sum(relayed) / 2", "constant"),
        ("patched", "patched"),
        ("x + patched", "patched"),
        ("split", "split"),
        ('{__name__=~"constant"}', "constant"),
        ('{__name__=~"honest|constant"}', "constant"),
        ('{__name__=~"constant|relayed"}', "constant"),
        ('count(ALERTS{alertname="Watchdog"})', 'ALERTS{alertname="Watchdog"}'),
    ],
)
def test_an_invented_value_is_followed_to_its_rule(expression: str, origin: str) -> None:
    """The message names the rule that invents the value."""
    found = judged(expression)
    assert found is not None
    assert found.startswith(f"m comes from {origin}, whose rule ")


@pytest.mark.parametrize(
    "expression",
    [
        "x", "1 - x", "x * on () group_left () y", "x > bool 0", "clamp_max(x, 1)", "time() - ts", "x or y",
        "absent(x)", "scalar(x)", "vector(scalar(x))", "x or vector(scalar(y))", "x * 0 + y", "x * 0.5", "x + 0",
        "x - 0", "0 - x", "x + vector(1)", "vector(1) - x", "x and on () vector(1)", "x unless vector(1)",
        "x + constant", "x * constant", "histogram_quantile(0, x)", "quantile(0, x)", "honest", 'split{slo="a"}',
        "count(ALERTS)", "10 * x", "0 / x", 'count(ALERTS{alertname="Patched"})',
        "x ^ 0", "x - x", "clamp(x, 1, 1)", "nowhere_recorded", 'label_replace(x, "a", "0", "b", "")',
    ],
)  # fmt: skip
def test_a_measured_value_is_not_invented(expression: str) -> None:
    """Constants next to a selector are allowed. More complex algebra is not recognised."""
    assert judged(expression) is None


def test_a_metric_without_rules_is_not_invented() -> None:
    """The labels of a raw series can show that its value is invented."""
    assert synthetic("up", RuleGraph(AROUND)) is None


def test_a_metric_that_reads_only_itself_is_not_invented() -> None:
    """Another reason reports the cycle."""
    assert judged("m") is None


def test_one_invented_rule_of_several_is_enough() -> None:
    """Each of the rules records its own series."""
    rules = [record("m", "x", slo="a"), record("m", "vector(1)", slo="b")]
    assert synthetic("m", RuleGraph(rules)) == "the rule that records m reads no series: vector(1)"


def test_an_unreadable_rule_is_not_called_invented() -> None:
    """An unreadable rule has another reason, at any level."""
    graph = RuleGraph([record("m", "n"), record("n", "rate(x)")])
    assert synthetic("m", graph) is None
    ((rule, why),) = graph.unreadable("m")
    assert (rule.name, why) == ("n", "it is not PromQL: rate takes a range vector, not an instant vector")


def test_the_message_quotes_the_invented_part() -> None:
    """A long expression is cut."""
    assert (
        judged("x or vector(0.1)") == "the rule that records m has a branch of 'or' that measures nothing: vector(0.1)"
    )
    assert judged("x * 0 + 1") == "the rule that records m reads only series multiplied by 0: (x * 0) + 1"
    long = judged(" + ".join(["vector(1)"] * 100))
    assert long is not None
    assert len(long.split(": ")[1]) == LONGEST_QUOTE
