"""The age of the samples under a recorded metric."""

from math import inf

import pytest

from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.graph import RuleGraph
from gonogo.promql.shift import oldest_seconds


def record(name: str, expression: str) -> Rule:
    """Build a recording rule."""
    return Rule(RuleKind.RECORD, name, expression)


AROUND = (record("fresh", "sum(x)"), record("old", "sum(x offset 1m)"), record("itself", "itself offset 1h"))


@pytest.mark.parametrize(
    ("expression", "age"),
    [
        ("x", 0),
        ("vector(1)", 0),
        ("max(x offset 15s)", 15),
        ("max(x offset -15s)", 15),
        ("rate(x[5m] offset 15s)", 15),
        ("x - x offset 1w", 0),
        ("x offset 10s + y offset 5s", 10),
        ("x offset 10s * on (a) group_left () y", 10),
        ("x @ 1796016422 * on (a) group_left () y", inf),
        ("x / x offset 1w + y", 0),
        ("clamp_max(x offset 15s, scalar(max(y)))", 15),
        ("x or x offset 1h", 3600),
        ('{a="b"} offset 7s', 67),
        ("x @ 1796016422", inf),
        ("x @ end()", 0),
        ("x @ start() offset 7s", 7),
        ("max_over_time(x[5m:1m] @ 1796016422)", inf),
        ("max_over_time((x offset 10s)[5m:1m] offset 20s)", 30),
        ("fresh", 0),
        ("fresh offset 5s", 5),
        ("old", 60),
        ("old offset 5s", 65),
        ("old + fresh", 0),
        ("old + y", 60),
        ("itself", 0),
        ("rate(x)", 0),
        ("x offset 1m and y", 60),
        ("x and y offset 1m", 0),
        ("x offset 1m unless y", 60),
        ("x offset 1m > y", 60),
        ("x offset 1m > bool y", 60),
        ("x offset 1m > 0", 60),
        ("0 < x offset 1m", 60),
        ("x or y offset 1m", 60),
        ("x offset 1m or vector(1)", 60),
        ("topk(scalar(y), x offset 1m)", 60),
        ("vector(1) and y", 0),
    ],
)
def test_the_youngest_samples_of_each_raw_metric_count(expression: str, age: float) -> None:
    """The oldest metric decides, also under other rules. Cycles and unreadable rules have other reasons."""
    assert oldest_seconds("m", RuleGraph((record("m", expression), *AROUND))) == age


def test_the_oldest_of_several_rules_counts() -> None:
    """Each rule makes a series of its own."""
    assert oldest_seconds("m", RuleGraph((record("m", "x"), record("m", "x offset 1m")))) == 60
    assert oldest_seconds("raw", RuleGraph(AROUND)) == 0
