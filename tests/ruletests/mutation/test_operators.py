"""The changes of each kind, and the expressions that each kind leaves alone."""

from __future__ import annotations

import pytest

from gonogo.promql.parser import parse
from gonogo.ruletests.mutation.catalogue import mutations
from tests.ruletests.mutation.mutating import alert, mutants, record


@pytest.mark.parametrize(
    ("operator", "expression", "made"),
    [
        ("threshold", "x > 5", ["x > 6", "x > 4"]),
        ("threshold", "100 >= x", ["110 >= x", "90 >= x"]),
        ("threshold", "x < 0.99", ["x < 0.991", "x < 0.989"]),
        ("threshold", "x < 1.5", ["x < 1.65", "x < 1.35"]),
        ("threshold", "x == 0.02", ["x == 0.022", "x == 0.018"]),
        ("threshold", "x != 1", ["x != 2", "x != 0"]),
        ("threshold", "x <= 0", ["x <= 1", "x <= (-1)"]),
        ("threshold", "rate(x[5m]) >= 0", ["rate(x[5m]) >= 1"]),
        ("threshold", "rate(x[5m]) <= 0", ["rate(x[5m]) <= 1", "rate(x[5m]) <= (-1)"]),
        ("threshold", "x < Inf", []),
        ("threshold", "1 > bool 2", []),
        ("threshold", "x + 1", []),
        ("threshold", "y and (x > bool 1)", []),
        ("boundary", "x > 5", ["x >= 5"]),
        ("boundary", "x <= y", ["x < y"]),
        ("boundary", "x == 5", []),
        ("boundary", "1 > bool 2", []),
        ("boundary", "y and (x > bool 1)", []),
        ("comparison", "x > 5", ["x < 5"]),
        ("comparison", "x == y", ["x != y"]),
        ("comparison", "x + y", []),
        ("constant", "x * 100", ["x * 110"]),
        ("constant", "topk(3, x)", ["topk(4, x)"]),
        ("constant", "topk(30, x)", ["topk(31, x)"]),
        ("constant", "quantile(0.5, x)", ["quantile(0.55, x)"]),
        ("constant", "x * Inf", []),
        ("constant", "x > 5", []),
        ("constant", "y and x * 2", []),
        ("constant", "y and round(x, 5)", []),
        ("constant", "y and topk(1, x)", ["y and topk(2, x)"]),
        ("window", "rate(x[5m])", ["rate(x[10m])", "rate(x[2m30s])"]),
        ("window", "max_over_time(x[1h:1m])", ["max_over_time(x[2h:1m])", "max_over_time(x[30m:1m])"]),
        ("window", "rate(x[1ms])", ["rate(x[2ms])"]),
        ("offset", "x offset 1h", ["x"]),
        ("offset", "rate(x[5m] offset -1h)", ["rate(x[5m])"]),
        ("offset", "max_over_time(x[1h:1m] offset 5m)", ["max_over_time(x[1h:1m])"]),
        ("matcher", 'x{a="b"}', ["x", 'x{a!="b"}', 'x{a="b-another"}']),
        ("matcher", 'x{a=""}', ["x", 'x{a!=""}', 'x{a="another"}']),
        ("matcher", 'x{a!="b"}', ["x", 'x{a="b"}']),
        ("matcher", 'x{a=~".*"}', ['x{a!~".*"}']),
        ("matcher", 'x{a=~"b|c"}', ["x", 'x{a!~"b|c"}', 'x{a=~"c"}', 'x{a=~"b"}']),
        ("matcher", 'x{a!~"b|b"}', ["x", 'x{a=~"b|b"}']),
        ("matcher", 'x{a=~"b.(c|d)"}', ["x", 'x{a!~"b.(c|d)"}']),
        ("matcher", '{a="b"}', ['{a="b-another"}']),
        ("aggregation", "sum(x)", ["avg(x)"]),
        ("aggregation", "quantile(0.5, x)", []),
        ("aggregation", "absent(sum(x))", []),
        ("aggregation", "absent(topk(1, x))", ["absent(bottomk(1, x))"]),
        ("aggregation", "y and sum(x) > 0", []),
        ("aggregation", "y and min(x) > 0", ["y and (max(x) > 0)"]),
        ("function", "rate(x[5m])", ["increase(x[5m])"]),
        ("function", "time()", []),
        ("function", "y and rate(x[5m])", []),
        ("function", "histogram_quantile(0.9, rate(x[5m]))", []),
        ("function", "histogram_quantile(0.9, irate(x[5m]))", ["histogram_quantile(0.9, rate(x[5m]))"]),
        ("grouping", "sum by (a, b) (x)", ["sum by (b) (x)", "sum by (a) (x)"]),
        ("grouping", "sum by (a) (x)", ["sum(x)"]),
        ("grouping", "sum without (a) (x)", ["sum without () (x)"]),
        ("grouping", "sum(x)", []),
        ("branch", "x or y", ["y", "x"]),
        ("branch", "x and y", ["x"]),
        ("branch", "x unless y", ["x"]),
        ("branch", "x + y", []),
        ("matching", "x + on (a, b) y", ["x + on (b) y", "x + on (a) y"]),
        ("matching", "x + ignoring (a) y", ["x + y"]),
        ("matching", "x + on (a) group_left (b) y", ["x + on () group_left (b) y", "x + on (a) group_left () y"]),
        ("arithmetic", "x + y", ["x - y"]),
        ("arithmetic", "x / y", ["x * y"]),
        ("arithmetic", "x * 1", []),
        ("arithmetic", "x - 0", []),
        ("arithmetic", "x * 2", ["x / 2"]),
        ("arithmetic", "x atan2 y", []),
        ("arithmetic", "z and x + y", []),
    ],
)
def test_each_operator_makes_these_mutants(operator: str, expression: str, made: list[str]) -> None:
    """Each kind of change makes these mutants of a recorded expression."""
    assert mutants(record(expression), operator) == made


@pytest.mark.parametrize(
    ("expression", "made"),
    [
        ('x{r="p"} / y{r="p"}', []),
        ('x{r="p"} / y', ["x / y"]),
        ('sum by (r) (rate(x{r="p"}[5m])) / sum by (r) (y{r="p"})', []),
        ('sum(x{r="p"}) / sum(y{r="p"})', ['sum(x) / sum(y{r="p"})', 'sum(x{r="p"}) / sum(y)']),
        ('x{r="p"} or y{r="p"}', ['x or y{r="p"}', 'x{r="p"} or y']),
        ('x{r="p"} unless y{r="p"}', ['x unless y{r="p"}']),
    ],
)
def test_a_matcher_that_a_join_makes_needless_is_not_dropped(expression: str, made: list[str]) -> None:
    """A further series would find no partner on the other side of the join."""
    dropped = [one for one in mutations(record(expression)) if one.change.endswith("is dropped")]
    assert [one.rule.expression for one in dropped if one.operator == "matcher"] == made


def test_the_value_of_an_alert_counts_in_a_template() -> None:
    """The value of an alert's expression counts only if a template shows it."""
    assert mutants(alert("x * 2"), "constant") == []
    assert mutants(alert("x * 2", summary="it is {{ $value }}"), "constant") == ["x * 3"]
    assert mutants(alert("x * 2", summary="it is {{ .Value }}"), "constant") == ["x * 3"]
    assert mutants(alert("x > 5"), "boundary") == ["x >= 5"]


def test_every_mutant_is_promql_and_names_an_assertion() -> None:
    """A mutant has a change and an assertion in words, and is valid PromQL."""
    rule = record('sum by (a) (rate(x{a=~"b|c"}[5m] offset 1h)) / on (a) group_left (z) y > 0.5 or absent(z{k="v"})')
    made = mutations(rule)
    assert len({one.id for one in made}) == len(made) > 20
    for one in made:
        assert parse(one.rule.expression)
        assert one.change
        assert "assert" in one.kill or "promql_expr_test" in one.kill
        assert one.old != one.new


def test_the_advice_for_a_threshold_has_a_distinguishing_value() -> None:
    """The text names the value to feed in, and the result of the rule for it."""
    up, down = [one.kill for one in mutations(alert("x > 5")) if one.operator == "threshold"]
    assert "`x` is 5.5: the rule's comparison is true there" in up
    assert "`x` is 5: the rule's comparison is false there" in down


def test_an_unreadable_expression_has_no_mutants() -> None:
    """A rule whose expression cannot be read keeps its expression."""
    assert mutations(record("x > > 1")) == ()


def test_no_mutant_is_made_twice() -> None:
    """Two ways to the same changed rule are one mutant."""
    made = mutants(record("x or x"), "branch")
    assert made == ["x"]
