"""Changes the text of a test file in place, so that everything else keeps its line and its meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gonogo.errors import Position
from gonogo.formats.flow import flow, listed, quoted
from gonogo.formats.test_file import UnitFile
from gonogo.formats.yaml import parse

NO_FILE = "no-such-file"
"""The name that replaces an entry of ``rule_files`` without a file, so that it matches no file elsewhere either."""

_QUOTED = {"'": re.compile(r"'(?:[^']|'')*'"), '"': re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)}


def with_rule_files(text: str, unit: UnitFile, names: Sequence[Sequence[str]]) -> str:
    """Replace each entry of ``rule_files`` by one or more names of other files.

    Some entries, such as aliases, cannot be changed in place. The file is then written anew, and the lines are lost.
    """
    changed = text
    for entry, instead in reversed(list(zip(unit.rule_files, names, strict=True))):
        offset = offset_of(text, entry.where)
        token = _token(text, offset, entry.pattern)
        joined = _between(text, offset).join(map(quoted, instead))
        changed = changed[:offset] + joined + changed[offset + len(token) :]
    wanted = [name for instead in names for name in instead]
    before = unit.document.value
    if not isinstance(before, dict) or parse(changed, unit.path).value == {**before, "rule_files": wanted}:
        return changed
    rest = flow(unit.document, (), ("rule_files",)).removeprefix("{")
    return f"{{rule_files: {listed(wanted)}, {rest}"


def offset_of(text: str, where: Position) -> int:
    """Return the number of characters before a place."""
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: where.line - 1]) + where.column - 1


def _token(text: str, offset: int, value: str) -> str:
    quoted = _QUOTED.get(text[offset : offset + 1])
    found = quoted.match(text, offset) if quoted else None
    return found[0] if found else value


def _between(text: str, offset: int) -> str:
    """Return the text that separates the items of the list at this place."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    dash = line.rstrip()
    return f"\n{dash[:-1]}- " if dash.endswith("-") else ", "
