"""Splits test files and rule files into rules, so that one rule can be changed at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gonogo.ruletests.core.rule_text import FileText, RuleId, RuleText, file_text
from gonogo.ruletests.core.suite import Sheet
from gonogo.ruletests.core.trial import NO_FILE, Trial, rule_names, with_rule_files
from gonogo.ruletests.material import Material
from gonogo.ruletests.rules import RuleSource


@dataclass(frozen=True)
class Suite:
    """Test files, the rules that they load, and the rules that no test file loads.

    Attributes:
        sheets: the test files, each with the rules that it loads.
        files: every rule file, also those that no test file loads.
    """

    sheets: tuple[Sheet, ...]
    files: tuple[FileText, ...]

    @cached_property
    def rules(self) -> tuple[RuleText, ...]:
        """Every rule, each once."""
        return tuple(rule for file in self.files for rule in file.rules)

    def loading(self, passing: Iterable[str]) -> Mapping[RuleId, tuple[Sheet, ...]]:
        """Return, for each rule, the test files that load it, out of those with the given paths."""
        wanted = frozenset(passing)
        found: dict[RuleId, list[Sheet]] = {}
        for sheet in self.sheets:
            if sheet.unit.path in wanted:
                for rule in sheet.rules:
                    found.setdefault(rule.id, []).append(sheet)
        return {key: tuple(sheets) for key, sheets in found.items()}


def suite(materials: Sequence[Material], others: Iterable[RuleSource] = ()) -> Suite:
    """Split test files into rules. ``others`` are rule files that count even if no test file loads them."""
    loaded: dict[tuple[str, int], FileText] = {}
    for source in (*(source for one in materials for source in one.rules), *others):
        key = (os.path.realpath(source.path), source.part)
        if key not in loaded:
            loaded[key] = file_text(source.text, str(source.path), source.part)
    sheets = (
        _sheet(one, tuple(loaded[os.path.realpath(rule.path), rule.part] for rule in one.rules)) for one in materials
    )
    return Suite(tuple(sheets), tuple(loaded.values()))


def _sheet(material: Material, files: tuple[FileText, ...]) -> Sheet:
    names = rule_names(len(material.rules))
    named = {(source.path, source.part): name for source, name in zip(material.rules, names, strict=True)}
    instead = [[named[rule.path, rule.part] for rule in one.rules] or [NO_FILE] for one in material.entries]
    test = with_rule_files(material.text, material.unit, instead)
    return Sheet(material.unit, files, Trial(test, tuple(source.text for source in material.rules)))
