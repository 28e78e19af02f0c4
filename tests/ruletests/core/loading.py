"""Makes a loaded test file from texts."""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.formats.test_file import read_unit
from gonogo.model.versions import Version
from gonogo.ruletests.core.loaded import Loaded, LoadedEntry, RuleSource


def load_text(rules: str, tests: str, promtool: Version | None = (2, 42)) -> Loaded:
    """Load rules, given as flow YAML of a list of groups, with tests that name one rule file, for a promtool."""
    return load_files({"r.yml": f"groups: {rules}\n"}, f"rule_files: [r.yml]\n{tests}", promtool)


def load_files(files: Mapping[str, str], text: str, promtool: Version | None = (2, 42)) -> Loaded:
    """Load a test file that names the given rule files, in this order."""
    unit = read_unit(text, "a_test.yml")
    sources = [RuleSource(path, rules, 0, rules, path) for path, rules in files.items()]
    entries = (LoadedEntry(entry, (source,)) for entry, source in zip(unit.rule_files, sources, strict=True))
    return Loaded(text, unit, tuple(entries), promtool)
