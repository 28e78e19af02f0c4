"""Reads the rules that a test file loads, for judging what it asserts of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gonogo.app.unit_material import LoadedEntry, Material
from gonogo.lint.estate import SourceFile
from gonogo.lint.sources import source_file
from gonogo.unit.loaded import Entry, Loaded


def loaded(material: Material) -> Loaded:
    """Give a test file together with its rules, as far as they can be read; the rest is promtool's to refuse."""
    files = {path: rules_of(path) for path in dict.fromkeys(rule.path for rule in material.rules)}
    groups = tuple(group for file in files.values() for group in file.groups)
    return Loaded(material.unit, tuple(_entry(one) for one in material.entries), groups)


@cache
def rules_of(path: Path) -> SourceFile:
    """Read a rule file once in a process, with the places of its rules in the file as it is written.

    Raises:
        OSError: it cannot be read.
        UnicodeDecodeError: it is no text.
    """
    return source_file(path.read_text(encoding="utf-8"), str(path))


def _entry(one: LoadedEntry) -> Entry:
    paths = dict.fromkeys(rule.path for rule in one.rules)
    rules = sum(len(group.rules) for path in paths for group in rules_of(path).groups)
    return Entry(one.entry, len(paths), rules, one.problem)
