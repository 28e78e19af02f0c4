"""A rule is written so that it can be evaluated once more, for a moment that has passed."""

from __future__ import annotations

import pytest

from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.canonical import written
from gonogo.promql.graph import RuleGraph
from gonogo.promql.inlined import at_time, recorded
from gonogo.promql.parser import parse
from tests.evidence_builder import rule

BELOW = rule("below", "sum by (service) (raw)", realm="prod")


def expression(text: str, *below: Rule, whole: bool = True, **labels: str) -> str:
    """Return the PromQL of a rule over other rules."""
    top = rule("top", text, **labels)
    return written(recorded((top,), RuleGraph((top, *below)), whole=whole))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("raw / 2", "raw / 2"),
        (
            'below{realm="prod"} / 2',
            '(label_replace(sum by (service) (raw), "realm", "prod", "", "") and below{realm="prod"}) / 2',
        ),
        ("-below", '-(label_replace(sum by (service) (raw), "realm", "prod", "", "") and below)'),
        (
            "max(below)",
            'max(label_replace(sum by (service) (raw), "realm", "prod", "", "") and below)',
        ),
        ("rate(below[5m])", "rate(below[5m])"),
        ("max_over_time(below[5m:1m])", "max_over_time(below[5m:1m])"),
        ("below offset 5m", "below offset 5m"),
        ("below @ 5.0", "below @ 5.0"),
        ("timestamp(below)", "timestamp(below)"),
        ("absent(below)", "absent(below)"),
        ('{__name__=~"below|raw"}', '{__name__=~"below|raw"}'),
        ("1 - -time()", "vector(1 - (-time()))"),
        ("topk(1, raw)", "topk(1, raw)"),
    ],
)
def test_instant_selectors_of_recorded_series_are_replaced(text: str, expected: str) -> None:
    """A selector over a range, of another time, or whose own properties count, stays."""
    assert expression(text, BELOW) == expected


def test_labels_of_the_rule_are_set_and_dollars_are_no_groups() -> None:
    """An empty label is removed, as the rule does."""
    expected = 'label_replace(label_replace(raw, "a", "$$1", "", ""), "b", "", "", "")'
    assert expression("raw", a="$1", b="") == expected


def test_several_rules_of_one_name_are_joined() -> None:
    """Each rule makes its own series."""
    one, other = rule("x", "a", slo="a"), rule("x", "b", slo="b")
    joint = written(recorded((one, other), RuleGraph((one, other))))
    assert joint == 'label_replace(a, "slo", "a", "", "") or label_replace(b, "slo", "b", "", "")'


def test_a_cycle_an_alert_and_an_unreadable_rule_stay() -> None:
    """Their selectors are not replaced."""
    assert expression("top + 1") == "top + 1"
    assert expression("below + 1", rule("below", "sum(")) == "below + 1"
    assert expression("ALERTS", Rule(RuleKind.ALERT, "Down", "up == 0")) == "ALERTS"


def test_a_rule_alone_reads_what_is_recorded() -> None:
    """This form is shorter."""
    assert expression("below + 1", BELOW, whole=False) == "below + 1"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "x @ 5.250"),
        ("x @ start() - x @ end()", "x @ 5.250 - x @ 5.250"),
        ("x @ 3", "x @ 3.0"),
        ("rate(x[5m] offset 1m)", "rate(x[5m] @ 5.250 offset 1m)"),
        ("max_over_time((time() - x)[5m:1m])", "max_over_time((time() - x)[5m:1m] @ 5.250)"),
        ("time() - x", "5.25 - x @ 5.250"),
        ("hour() + hour(x)", "hour(vector(5.25)) + hour(x @ 5.250)"),
        ("sum by (a) (x) > 1", "sum by (a) (x @ 5.250) > 1"),
        ("quantile(scalar(y), x)", "quantile(scalar(y @ 5.250), x @ 5.250)"),
    ],
)
def test_an_expression_is_moved_to_a_time(text: str, expected: str) -> None:
    """Selectors and the clock are moved. A subquery is moved as a whole."""
    assert written(at_time(parse(text), 5.25)) == expected
