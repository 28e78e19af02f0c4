"""What a run of one test file depends on: its text, and the text of every rule file that it loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gonogo.disk.reading import Unreadable, read_text
from gonogo.formats.test_file import RuleFileEntry, UnitFile, read_unit
from gonogo.ruletests.core.group_names import renamed
from gonogo.ruletests.rules import RulePlaces, RuleSource, found


@dataclass(frozen=True, slots=True)
class LoadedEntry:
    """An entry of ``rule_files`` and the rule files it stands for; ``unread`` says why one cannot be read."""

    entry: RuleFileEntry
    rules: tuple[RuleSource, ...]
    unread: Unreadable | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """A test file and all it loads.

    Attributes:
        path: the test file.
        text: its text.
        unit: the text, read.
        entries: what its ``rule_files`` stand for.
    """

    path: Path
    text: str
    unit: UnitFile
    entries: tuple[LoadedEntry, ...]

    @property
    def rules(self) -> tuple[RuleSource, ...]:
        """Every rule file, once, in the order in which it is first named."""
        return tuple({(rule.path, rule.part): rule for one in self.entries for rule in one.rules}.values())


def material(path: Path, places: RulePlaces) -> Material:
    """Read a test file and what it loads.

    Raises:
        Unreadable: the test file cannot be read.
    """
    text = read_text(path, str(path))
    unit = read_unit(text, str(path))
    return Material(path, text, unit, tuple(_loaded(entry, path.parent, places) for entry in unit.rule_files))


def with_group_names(one: Material, names: Sequence[str]) -> Material:
    """Give all groups, in the order of the rule files, other names; files stay as they are where none changes."""
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
