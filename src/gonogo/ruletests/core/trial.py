"""A test file and its rule files as text, ready for promtool, with the rule files under names of gonogo's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from msgspec import Struct

from gonogo.errors import Position
from gonogo.formats.flow import flow, joined, listed, quoted
from gonogo.formats.test_file import UnitFile
from gonogo.formats.yaml import parse
from gonogo.ruletests.core.loaded import Loaded

NO_FILE = "no-such-file"
"""The name that replaces an entry of ``rule_files`` without a file, so that it matches no file elsewhere either."""

_QUOTED = {"'": re.compile(r"'(?:[^']|'')*'"), '"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)}


class TrialOutcome(StrEnum):
    """The result of promtool on a trial; ``REFUSED`` if promtool could not load the rules."""

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"


class Trial(Struct, frozen=True, dict=True):
    """The input of promtool: a test that names the rule files ``0.yml``, ``1.yml`` and so on, and those files."""

    test: str
    rules: tuple[str, ...]

    @cached_property
    def key(self) -> str:
        """A hash of the content: equal trials have equal keys."""
        return sha256("\0".join((self.test, *self.rules)).encode("utf-8", "surrogatepass")).hexdigest()


def rule_names(count: int) -> list[str]:
    """Return the names of the rule files of a trial."""
    return [f"{number}.yml" for number in range(count)]


def whole(loaded: Loaded) -> Trial:
    """Return the trial of a whole test file. Everything keeps its line, if that is possible."""
    return Trial(with_rule_files(loaded.text, loaded.unit, _names(loaded)), _texts(loaded))


def rewritten(loaded: Loaded, key: str, value: str) -> Trial:
    """Return the trial of a test file that is written anew, on one line, with another value of a key."""
    head = flow(loaded.unit.document, (), ("rule_files", key))
    names = [name for instead in _names(loaded) for name in instead]
    return Trial(joined(head, f"rule_files: {listed(names)}", f"{key}: {value}") + "\n", _texts(loaded))


def _texts(loaded: Loaded) -> tuple[str, ...]:
    return tuple(source.text for source in loaded.sources)


def _names(loaded: Loaded) -> list[list[str]]:
    """Return the names that replace each entry of ``rule_files``."""
    given = rule_names(len(loaded.sources))
    named = {(source.path, source.part): name for source, name in zip(loaded.sources, given, strict=True)}
    return [[named[one.path, one.part] for one in entry.sources] or [NO_FILE] for entry in loaded.entries]


def with_rule_files(text: str, unit: UnitFile, names: Sequence[Sequence[str]]) -> str:
    """Replace each entry of ``rule_files`` by one or more names of other files.

    Some entries, such as aliases, cannot be changed in place. The file is then written anew, and the lines are lost.
    """
    changed = text
    for entry, instead in reversed(list(zip(unit.rule_files, names, strict=True))):
        offset = _offset(text, entry.where)
        written = _QUOTED.get(text[offset : offset + 1])
        token = written.match(text, offset) if written else None
        after = offset + len(token[0] if token else entry.pattern)
        changed = changed[:offset] + _between(text, offset).join(map(quoted, instead)) + changed[after:]
    wanted = [name for instead in names for name in instead]
    before = unit.document.value
    if not isinstance(before, dict) or parse(changed, unit.path).value == {**before, "rule_files": wanted}:
        return changed
    return joined(f"{{rule_files: {listed(wanted)}}}", flow(unit.document, (), ("rule_files",))[1:-1])


def _offset(text: str, where: Position) -> int:
    """Return the number of characters before a place."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: where.line - 1]) + where.column - 1


def _between(text: str, offset: int) -> str:
    """Return the text that separates the items of the list at this place."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    dash = line.rstrip()
    return f"\n{dash[:-1]}- " if dash.endswith("-") else ", "
