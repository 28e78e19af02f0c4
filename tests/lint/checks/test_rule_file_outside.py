"""Tests of ``rule-file-outside``: files that a server loads and the policy does not name."""

from __future__ import annotations

from gonogo.lint.checks.rule_file_outside import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from gonogo.model.replacing import replace
from tests.example_estate import estate_of

FILES = {
    "prometheus.yml": "rule_files: [r/*.yml, more/*.yml]\n",
    "r/a.yml": "groups: []\n",
    "more/b.yml": "groups: []\n",
    "more/c.yml": "groups: []\n",
}


def found(*named: str, files: dict[str, str] | None = None) -> tuple[Finding, ...]:
    """Lint for a policy that names these files."""
    facts = {"policy_rules": frozenset(named)}
    return findings(estate_of(Example(FILES if files is None else files, facts)), [CHECK])


def test_each_loaded_file_that_the_policy_does_not_name_is_found() -> None:
    """The finding is at the entry that loads the file."""
    told = found("r/a.yml", "more/c.yml")
    assert [str(one.where.start) for one in told] == ["prometheus.yml:1:23"]
    assert told[0].message.startswith("more/*.yml loads more/b.yml")
    assert len(found()) == 3


def test_a_policy_may_name_more_than_is_loaded() -> None:
    """A file that the server does not load is not this check's finding."""
    assert found("r/a.yml", "more/b.yml", "more/c.yml", "other.yml") == ()


def test_without_a_policy_or_a_configuration_nothing_is_found() -> None:
    """Without a policy or a configuration the check finds nothing."""
    assert findings(estate_of(Example(FILES)), [CHECK]) == ()
    assert found(files={"r/a.yml": "groups: []\n"}) == ()


def test_entries_that_were_not_looked_up_are_not_found() -> None:
    """No file is known to be loaded by these entries."""
    estate = estate_of(Example(FILES, {"policy_rules": frozenset()}))
    assert estate.configuration is not None
    entries = tuple(replace(entry, matched=None) for entry in estate.configuration.rule_files)
    blind = estate.having(configuration=replace(estate.configuration, rule_files=entries))
    assert findings(blind, [CHECK]) == ()
