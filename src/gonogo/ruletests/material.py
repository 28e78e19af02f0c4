"""The input of a run of one test file: its text, and the text of every rule file that it loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gonogo.disk.regular_file import Unreadable, read_text
from gonogo.formats.test_file import RuleFileEntry, UnitFile, read_unit
from gonogo.ruletests.core.group_order import renamed
from gonogo.ruletests.rules import RulePlaces, RuleSource, found


@dataclass(frozen=True, slots=True)
class LoadedEntry:
    """An entry of ``rule_files`` and its rule files. ``unread`` says why one of them cannot be read."""

    entry: RuleFileEntry
    rules: tuple[RuleSource, ...]
    unread: Unreadable | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A test file and everything that it loads.

    Attributes:
        path: the test file.
        text: its text.
        unit: the test file as parsed from the text.
        entries: the entries of ``rule_files``, each with its rule files.
    """

    path: Path
    text: str
    unit: UnitFile
    entries: tuple[LoadedEntry, ...]

    @property
    def rules(self) -> tuple[RuleSource, ...]:
        """Every rule file, each once, in the order of their first mention."""
        return tuple({(rule.path, rule.part): rule for one in self.entries for rule in one.rules}.values())


def material(path: Path, places: RulePlaces) -> Material:
    """Read a test file and everything that it loads.

    Raises:
        Unreadable: the test file cannot be read.
    """
    text = read_text(path, str(path))
    unit = read_unit(text, str(path))
    return Material(path, text, unit, tuple(_loaded(entry, path.parent, places) for entry in unit.rule_files))


def with_group_names(one: Material, names: Sequence[str]) -> Material:
    """Rename all groups, in the order of the rule files. A file stays as it is if none of its names change."""
    texts = renamed([rule.text for rule in one.rules], names)
    rules = {(rule.path, rule.part): replace(rule, text=text) for rule, text in zip(one.rules, texts, strict=True)}
    entries = (replace(old, rules=tuple(rules[rule.path, rule.part] for rule in old.rules)) for old in one.entries)
    return replace(one, entries=tuple(entries))


def _loaded(entry: RuleFileEntry, folder: Path, places: RulePlaces) -> LoadedEntry:
    rules: list[RuleSource] = []
    for path in found(entry.pattern, folder, places):
        try:
            rules += places.sources(path)
        except Unreadable as error:
            return LoadedEntry(entry, tuple(rules), error)
    return LoadedEntry(entry, tuple(rules))
