"""Reads the rules that a test file loads, so that gonogo can judge the assertions about them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from gonogo.formats.sources import SourceFile, source_file
from gonogo.model.versions import Version
from gonogo.ruletests.core.loaded import Loaded, MatchedRuleFiles
from gonogo.ruletests.material import LoadedEntry, Material


def loaded(material: Material, promtool: Version | None) -> Loaded:
    """Return a test file with its rules. Rules that gonogo cannot read are left out: promtool refuses those."""
    files = {rule.path: rules_of(rule.whole, str(rule.path)) for rule in material.rules}
    groups = tuple(group for file in files.values() for group in file.groups)
    return Loaded(material.unit, tuple(_entry(one, files) for one in material.entries), groups, promtool)


@lru_cache(maxsize=1024)
def rules_of(text: str, path: str) -> SourceFile:
    """Read the text of a rule file once for all tests that load it. The rules keep their places in the file."""
    return source_file(text, path)


def _entry(one: LoadedEntry, files: Mapping[Path, SourceFile]) -> MatchedRuleFiles:
    paths = dict.fromkeys(rule.path for rule in one.rules)
    rules = sum(len(group.rules) for path in paths for group in files[path].groups)
    return MatchedRuleFiles(one.entry, len(paths), rules, str(one.unread or ""))
