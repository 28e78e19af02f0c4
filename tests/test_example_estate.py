"""Tests of estates made from examples."""

from __future__ import annotations

from gonogo.lint.core.check import Example
from tests.example_estate import estate_of

RULES = "groups: [{name: g, rules: [{record: a, expr: x}]}]\n"


def test_without_a_configuration_all_rule_files_count() -> None:
    """All rule files count, tests are left out, and the estate is not complete."""
    estate = estate_of(Example({"a.yml": RULES, "b.yml": RULES, "a_test.yml": "tests: []\n"}))
    assert [file.path for file in estate.files] == ["a.yml", "b.yml"]
    assert not estate.complete
    assert estate.configuration is None
    assert estate.routes is None


def test_with_a_configuration_only_its_rule_files_count() -> None:
    """Rule files that the configuration does not name are left out, and the estate is complete."""
    estate = estate_of(
        Example(
            {
                "prometheus.yml": "rule_files: ['rules/*.yml', b.yml, 'gone/*.yml']\n",
                "rules/a.yml": RULES,
                "rules/deep/c.yml": RULES,
                "b.yml": RULES,
                "d.yml": RULES,
            }
        )
    )
    assert [file.path for file in estate.files] == ["rules/a.yml", "b.yml"]
    assert estate.complete
    assert estate.configuration is not None
    assert [entry.matched for entry in estate.configuration.rule_files] == [("rules/a.yml",), ("b.yml",), ()]


def test_an_estate_has_the_routes_and_facts_of_its_example() -> None:
    """The facts of an example override its files."""
    estate = estate_of(Example({"alertmanager.yml": "route: {receiver: a}\n"}, {"version": (3, 0), "complete": True}))
    assert estate.routes is not None
    assert estate.routes.root.receiver == "a"
    assert (estate.version, estate.complete, estate.files) == ((3, 0), True, ())
