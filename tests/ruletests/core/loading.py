"""Makes a loaded test file from texts."""

from __future__ import annotations

from gonogo.formats.files import read_rules
from gonogo.formats.test_file import read_unit
from gonogo.model.versions import Version
from gonogo.ruletests.core.loaded import Loaded, MatchedRuleFiles


def load_text(rules: str, tests: str, promtool: Version | None = (2, 42)) -> Loaded:
    """Load rules, given as flow YAML of a list of groups, with tests that name one rule file, for a promtool."""
    unit = read_unit(f"rule_files: [r.yml]\n{tests}", "a_test.yml")
    groups = read_rules(f"groups: {rules}\n", "r.yml").groups
    count = sum(len(group.rules) for group in groups)
    return Loaded(unit, tuple(MatchedRuleFiles(entry, 1, count) for entry in unit.rule_files), groups, promtool)
