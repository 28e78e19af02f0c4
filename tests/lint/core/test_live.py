"""Tests of the questions to a server."""

from __future__ import annotations

from gonogo.formats.sources import WrittenRule, source_file
from gonogo.lint.core.live import expressions, follow_up, narrowings, series_questions
from gonogo.promql.tree import Matcher, Vector


def recording(*expressions_: str) -> tuple[WrittenRule, ...]:
    """Return recording rules r0, r1 and so on."""
    rules = "".join(f"  - record: r{n}\n    expr: {text!r}\n" for n, text in enumerate(expressions_))
    return source_file(f"groups:\n- name: g\n  rules:\n{rules}", "r.yml").rules


def test_the_server_is_asked_only_for_series_that_must_exist() -> None:
    """Records, optional series, series of alerts, and selectors without a name are not asked for."""
    asked = series_questions(
        recording(
            'sum(rate(http_total{code="500"}[5m])) / r1',
            "a offset 5m + a",
            "absent(b) or c",
            "d unless e",
            'ALERTS{alertname="X"}',
            '{job="x"}',
            "sum(",
        )
    )
    assert asked == ('http_total{code="500"}', "a", "d")


def test_each_matcher_of_a_selector_without_series_is_asked_for() -> None:
    """The finding can then name the matcher to blame."""
    whole = recording('up{job="a",env="b"}', "nothing", "there")
    assert follow_up(whole, ['up{env="b",job="a"}', "nothing"]) == ("up", 'up{env="b"}', 'up{job="a"}')
    assert narrowings(Vector("up")) == ()
    assert narrowings(Vector("up", (Matcher("a", "=", "b"),))) == (
        Vector("up"),
        Vector("up", (Matcher("a", "=", "b"),)),
    )


def test_every_expression_is_evaluated_once() -> None:
    """Each readable expression is evaluated once."""
    assert expressions(recording("a", "a", "b", "sum(")) == ("a", "b")
