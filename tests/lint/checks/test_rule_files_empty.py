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


def test_an_entry_without_a_file_is_found() -> None:
    """A pattern or a name without a file is found at the entry."""
    told = found("[rules.yml, 'rules/*.yaml']", other=RULES)
    assert [one.where.start.column for one in told] == [14, 26]
    assert all(one.severity == "error" and "no file matches" in one.message for one in told)


def test_a_star_does_not_match_a_folder() -> None:
    """The server matches in the same way, so the entry is found."""
    assert len(found("['*.yml']", rules_web=RULES)) == 1


@pytest.mark.parametrize("text", ["", "groups: []\n", "groups: [{name: g, rules: []}]\n"])
def test_a_file_without_a_rule_is_found(text: str) -> None:
    """A file with an empty group is found as well."""
    (one,) = found("[rules.yml]", rules=text)
    assert "the file has no rule" in one.message


def test_an_entry_with_one_rule_or_a_broken_file_is_not_found() -> None:
    """One rule is enough, and other checks report broken files."""
    assert found("['*.yml']", rules=RULES, more="") == ()
    assert found("[rules.yml]", rules="groups: [{name: g, rules: [{record: a}]}]\n") == ()


def test_entries_that_were_not_looked_up_are_not_found() -> None:
    """A missing configuration is not found either."""
    configuration, problems = read_configuration("rule_files: [a.yml]\n", "prometheus.yml")
    assert problems == ()
    assert findings(Estate(configuration=configuration), [CHECK]) == ()
    assert findings(Estate(), [CHECK]) == ()
