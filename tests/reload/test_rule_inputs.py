"""The rules that each rule reads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.model.rule import LoadedGroup, Rule, RuleHealth, RuleKind, RuleState
from gonogo.reload.first_results import RuleInputs, rule_ids


def group(name: str, *rules: tuple[str, str]) -> LoadedGroup:
    """Make a group of records, given by name and expression. A name with a capital letter is an alert."""
    kinds = (RuleKind.ALERT if record[0].isupper() else RuleKind.RECORD for record, _ in rules)
    states = (
        RuleState(Rule(kind, record, expression), RuleHealth.OK)
        for kind, (record, expression) in zip(kinds, rules, strict=True)
    )
    return LoadedGroup(name, timedelta(seconds=15), tuple(states), "r.yml")


def reads(expression: str, *, made: str = "a:b") -> bool:
    """Return True if a rule with this expression reads the record ``a:b``."""
    inputs = RuleInputs.of((group("one", (made, "up")), group("two", ("c:d", expression)))).inputs
    assert inputs["r.yml", "one", 0] == ()
    return ("r.yml", "one", 0) in inputs["r.yml", "two", 0]


@pytest.mark.parametrize(
    "expression",
    [
        "a:b",
        "sum(rate(a:b[5m]))",
        '{job="x"} + 0',
        'x and {job="x"}',
        '{__name__=~"a:.*"}',
        '{"a:b", job="x"}',
        "a:b offset 5m",
    ],
)
def test_a_selector_that_matches_the_record_reads_it(expression: str) -> None:
    """The selector has the name, a pattern, or no name at all."""
    assert reads(expression)


@pytest.mark.parametrize("expression", ["a:bc", 'up{job="a:b"}', '{__name__=~"b:.*"}', "sum by (a) (up)", "1"])
def test_other_selectors_do_not_read_the_record(expression: str) -> None:
    """The name of the record may occur elsewhere in the text."""
    assert not reads(expression)


def test_an_unreadable_expression_may_read_every_record() -> None:
    """The inputs of such a rule are not known."""
    assert reads("a:b[5m] <<< up")
    groups = (group("one", ("a:b", "up"), ("Down", "up == 0")), group("two", ("c:d", "a:b <<< up")))
    assert set(RuleInputs.of(groups).inputs["r.yml", "two", 0]) == {("r.yml", "one", 0), ("r.yml", "two", 0)}


def test_a_rule_that_reads_the_alerts_series_reads_the_alert() -> None:
    """An alert writes the series ``ALERTS``."""
    inputs = RuleInputs.of(
        (group("one", ("Down", "up == 0")), group("two", ("c:d", 'ALERTS{alertname="Down"}')))
    ).inputs
    assert inputs["r.yml", "two", 0] == (("r.yml", "one", 0),)


def test_each_rule_comes_after_those_that_it_reads() -> None:
    """Readers are found through others, and along cycles."""
    groups = (group("one", ("c:c", "b:b")), group("two", ("b:b", "a:a"), ("a:a", "up")), group("three", ("x:x", "up")))
    found = RuleInputs.of(groups)
    first, middle, last, other = ("r.yml", "two", 1), ("r.yml", "two", 0), ("r.yml", "one", 0), ("r.yml", "three", 0)
    assert [one for one in found.order if one != other] == [first, middle, last]
    assert set(found.order) == rule_ids(groups)
    assert found.readers_of({first}) == {first, middle, last}
    assert found.readers_of({other}) == {other}
    cycle = RuleInputs.of((group("one", ("a:a", "b:b"), ("c:c", "a:a")), group("two", ("b:b", "a:a"))))
    assert cycle.readers_of({("r.yml", "one", 0)}) == set(cycle.order)
    assert found.names[first] == "record a:a of group two"
