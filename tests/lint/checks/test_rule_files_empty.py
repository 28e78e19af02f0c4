"""Tests of ``rule-files-empty``: entries without a rule."""

from __future__ import annotations

import pytest

from gonogo.formats.prometheus_config import read_configuration
from gonogo.lint.checks.rule_files_empty import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Finding
from tests.example_estate import estate_of

RULES = "groups: [{name: g, rules: [{record: a, expr: x}]}]\n"


def found(entries: str, **files: str) -> tuple[Finding, ...]:
    """Lint a configuration with these entries, next to some rule files."""
    named = {name.replace("_", "/") + ".yml": text for name, text in files.items()}
    return findings(estate_of(Example({"prometheus.yml": f"rule_files: {entries}\n", **named})), [CHECK])


def test_no_file_matches() -> None:
    """A pattern or a name without a file is found at the entry."""
    told = found("[rules.yml, 'rules/*.yaml']", other=RULES)
    assert [one.where.start.column for one in told] == [14, 26]
    assert all(one.severity == "error" and "no file matches" in one.message for one in told)


def test_a_star_stands_for_no_folder() -> None:
    """A ``*`` does not match a folder, as on the server."""
    assert len(found("['*.yml']", rules_web=RULES)) == 1


@pytest.mark.parametrize("text", ["", "groups: []\n", "groups: [{name: g, rules: []}]\n"])
def test_a_file_without_a_rule(text: str) -> None:
    """A file with an empty group is found."""
    (one,) = found("[rules.yml]", rules=text)
    assert "the file has no rule" in one.message


def test_one_rule_is_enough_and_broken_files_are_not_empty() -> None:
    """One rule is enough, and other checks report broken files."""
    assert found("['*.yml']", rules=RULES, more="") == ()
    assert found("[rules.yml]", rules="groups: [{name: g, rules: [{record: a}]}]\n") == ()


def test_nobody_looked() -> None:
    """Entries that were not looked up, and a missing configuration, are not found."""
    configuration, problems = read_configuration("rule_files: [a.yml]\n", "prometheus.yml")
    assert problems == ()
    assert findings(Estate(configuration=configuration), [CHECK]) == ()
    assert findings(Estate(), [CHECK]) == ()
