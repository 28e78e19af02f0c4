"""The YAML that Prometheus and promtool read has the meaning of the values."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gonogo.model.rule import Rule, RuleGroup, RuleKind
from gonogo.model.scenario import ExpectedSeries, Input, Point, Scenario, ScenarioFile, ScenarioSample
from gonogo.rulepack.document import notation, rules_document, scenarios_document

POINTS = st.lists(st.none() | st.just("stale") | st.integers(-5, 5).map(float) | st.floats(0, 1), max_size=30)


def read_notation(text: str) -> list[Point]:
    """Read promtool's series notation according to its documentation."""
    points: list[Point] = []
    for part in text.split():
        if part == "stale":
            points.append("stale")
        elif part.startswith("_x"):
            points += [None] * int(part[2:])
        else:
            run, _, more = part.rpartition("x")
            cut = max(run.rfind("+", 1), run.rfind("-", 1))
            first, slope = float(run[:cut]), float(run[cut:])
            points += [first + slope * place for place in range(int(more) + 1)]
    return points


@pytest.mark.parametrize(
    ("points", "text"),
    [
        ((), ""),
        ((1, 1, 1), "1+0x2"),
        ((10, 15, 20), "10+5x2"),
        ((3, 2, 1), "3-1x2"),
        ((0.1, 0.2), "0.1+0x0 0.2+0x0"),
        ((1, "stale", None, None), "1+0x0 stale _x2"),
        (("stale", "stale"), "stale stale"),
    ],
)
def test_points_are_written_as_runs(points: tuple[Point, ...], text: str) -> None:
    """Equal steps make one run, as long as doubles represent them exactly."""
    assert notation(points) == text


@given(POINTS)
def test_points_read_back(points: list[Point]) -> None:
    """Every point comes back unchanged from the notation."""
    exact = [round(point * 4) / 4 if isinstance(point, float) else point for point in points]
    assert read_notation(notation(tuple(exact))) == exact


def test_a_rule_file_says_what_its_rules_say() -> None:
    """Every key is written in the usual order, and no other key is."""
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


def test_a_test_file_names_its_rules_and_expectations() -> None:
    """Labels are written as selectors, the name before the braces."""
    labels = {"__name__": "x", "a": 'b"c'}
    scenario = Scenario(
        "s",
        timedelta(minutes=5),
        (Input(labels, (1.0,)),),
        (ExpectedSeries("x", timedelta(0), (ScenarioSample(labels, 1.0), ScenarioSample({}, 2.0))),),
    )
    test = ScenarioFile("t", RuleKind.RECORD, timedelta(minutes=1), (scenario,))
    assert yaml.safe_load(scenarios_document("", test, "../rules/x.yml")) == {
        "rule_files": ["../rules/x.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "name": "s",
                "interval": "5m",
                "input_series": [{"series": 'x{a="b\\"c"}', "values": "1+0x0"}],
                "promql_expr_test": [
                    {
                        "expr": "x",
                        "eval_time": "0s",
                        "exp_samples": [
                            {"labels": 'x{a="b\\"c"}', "value": 1.0},
                            {"labels": "{}", "value": 2.0},
                        ],
                    }
                ],
            }
        ],
    }
