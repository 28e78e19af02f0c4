"""A label is followed from a selector up to a recorded metric."""

from __future__ import annotations

import pytest

from gonogo.promql.graph import RuleGraph
from gonogo.promql.label_path import kept_labels
from tests.evidence_builder import rule

NAMES = ("realm", "service")


def kept(expression: str, selector: str = "x", **labels: str) -> set[str]:
    """Return the labels that a rule keeps of a selector."""
    graph = RuleGraph((rule("recorded", expression, **labels),))
    return set(kept_labels(graph, "recorded", NAMES)[selector])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x", {"realm", "service"}),
        ("-rate(x[5m] offset 1m)", {"realm", "service"}),
        ("max_over_time(rate(x[5m])[1h:1m])", {"realm", "service"}),
        ("clamp_max(x, 1) / 2 > 0", {"realm", "service"}),
        ("sum(x)", set()),
        ("sum by (service) (x)", {"service"}),
        ("sum without (service) (x)", {"realm"}),
        ("topk by (service) (1, x)", {"service"}),
        ("topk(1, x)", set()),
        ('count_values by (service) ("realm", x)', {"service"}),
        ('count_values without (pod) ("service", x)', {"realm"}),
        ("quantile by (realm) (scalar(x), y)", set()),
        ('label_replace(x, "service", "a", "team", ".*")', {"realm"}),
        ('label_join(x, "realm", "", "team")', {"service"}),
        ("histogram_quantile(0.9, sum by (le, service) (rate(x[5m])))", {"service"}),
        ("absent(x)", set()),
        ("y * scalar(x)", set()),
        ("vector(scalar(x))", set()),
        ("x / y", {"realm", "service"}),
        ("y / x", {"realm", "service"}),
        ("x / on (service) y", {"service"}),
        ("x / ignoring (realm) y", {"service"}),
        ("x * on (service) group_left y", {"realm", "service"}),
        ("y * on (service) group_left x", {"service"}),
        ("y * on (service) group_right x", {"realm", "service"}),
        ("x * on (service) group_left (realm) y", {"service"}),
        ("y * on (service) group_left (realm) x", {"realm", "service"}),
        ("x and on (service) y", {"realm", "service"}),
        ("y unless on (service) x", {"service"}),
        ("x or on (service) y", {"service"}),
        ("y or on (service) x", {"realm", "service"}),
        ("x + on (service) fill_left (0) y", set()),
        ("x / 2 + 3 * x", {"realm", "service"}),
        ("sum by (service) (x) / on () group_left sum(x)", set()),
    ],
)
def test_a_step_keeps_a_label_or_not(expression: str, expected: set[str]) -> None:
    """A label that a step drops, sets or ignores is not kept."""
    assert kept(expression) == expected


def test_a_label_that_the_rule_sets_is_not_kept() -> None:
    """The rule gives every result the label, whatever the raw series has."""
    assert kept("x", realm="prod") == {"service"}


def test_every_way_up_must_keep_the_label() -> None:
    """The selector is read directly, and through a rule that drops a label."""
    rules = (rule("recorded", "x + on (service) middle"), rule("middle", "sum by (service) (bottom)"))
    below = rule("bottom", "sum without (service) (x)")
    found = kept_labels(RuleGraph((*rules, below)), "recorded", NAMES)
    assert found["middle"] == {"service"}
    assert found["bottom"] == {"service"}
    assert found["x"] == set()


def test_a_cycle_ends_and_an_unreadable_rule_shows_no_selector() -> None:
    """Both have doubts of their own."""
    rules = (rule("recorded", "other + x"), rule("other", "sum(recorded)"), rule("broken", "sum("))
    graph = RuleGraph(rules)
    assert kept_labels(graph, "recorded", NAMES)["x"] == set()
    assert set(kept_labels(graph, "broken", NAMES)) == {"broken"}


def test_a_raw_metric_keeps_its_labels() -> None:
    """No rule stands between the series and the signal."""
    assert kept_labels(RuleGraph(()), "x", NAMES) == {"x": {"realm", "service"}}
