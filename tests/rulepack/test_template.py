"""Templates: placeholders are filled in once, and no text of a policy can change the structure of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from gonogo.model.replacing import replace
from gonogo.promql.parser import unreadable
from gonogo.rulepack.assemble import pack
from gonogo.rulepack.template import documents, filled, rounded
from tests.rulepack.policies import INTERVAL, of_services

HOSTILE = 'x"} or vector(1) #\n- alert: Injected\n${P} {{ $labels }} \'"\\'


def test_an_unknown_placeholder_is_an_error() -> None:
    """A misspelt placeholder must not reach a rule file."""
    with pytest.raises(KeyError, match="realms"):
        filled("up${realms}", {"realm": "{}"})


def test_a_filled_in_value_is_not_filled_in_again() -> None:
    """Only the placeholders of the template are filled in."""
    assert filled({"${a}": ["${b}", "$value"]}, {"a": "${b}", "b": "${a}"}) == {"${b}": ["${a}", "$value"]}


def test_every_scalar_of_a_template_is_text(tmp_path: Path) -> None:
    """The points ``0x5`` of a series are no hexadecimal number."""
    (tmp_path / "x.yml").write_text("points: 0x5\non: 1\n---\nname: second\n", encoding="utf-8")
    assert documents(str(tmp_path / "x.yml")) == ({"points": "0x5", "on": "1"}, {"name": "second"})


def test_a_hostile_realm_and_subject_stay_values() -> None:
    """The values end no string, add no rule and fill in no placeholder."""
    policy = replace(of_services(), realm=HOSTILE, subjects=("service", HOSTILE))
    plain = pack(of_services(), INTERVAL)
    made = pack(policy, INTERVAL)
    for text, usual in ((made.rules_yaml, plain.rules_yaml), (made.alerts_yaml, plain.alerts_yaml)):
        names = [[rule.get("record", rule.get("alert")) for rule in g["rules"]] for g in yaml.safe_load(text)["groups"]]
        assert names == [
            [rule.get("record", rule.get("alert")) for rule in g["rules"]] for g in yaml.safe_load(usual)["groups"]
        ]
    rules = [rule for group in yaml.safe_load(made.rules_yaml)["groups"] for rule in group["rules"]]
    assert {rule["labels"]["metric_realm"] for rule in rules} == {HOSTILE}
    assert not [rule["expr"] for rule in rules if unreadable(rule["expr"])]


@pytest.mark.parametrize(("value", "text"), [(0.5000004, 0.5), (0.5000006, 0.500001), (1 / 3, 0.333333), (7, 7)])
def test_values_are_rounded_to_a_millionth(value: float, text: float) -> None:
    """The templates round computed values in the same way."""
    assert rounded(value) == text
