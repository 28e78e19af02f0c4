"""A test file and its rule files as text, ready for promtool: the whole, or only the part that a change can reach."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from gonogo.durations import format_duration
from gonogo.errors import Position
from gonogo.formats.flow import flow, joined, listed, quoted
from gonogo.formats.test_file import UnitFile, UnitTest
from gonogo.formats.yaml import parse
from gonogo.ruletests.core.extract import Extract
from gonogo.ruletests.core.rule_text import FileText, RuleId

Texts = Mapping[RuleId, str]
"""The text of each loaded rule."""


class TrialOutcome(StrEnum):
    """The result of promtool on a trial; ``REFUSED`` if promtool could not load the rules."""

    PASSED = "passed"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True)
class Trial:
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


def extracted(unit: UnitFile, files: Sequence[FileText], extract: Extract, texts: Texts) -> Trial:
    """Write the trial of a part of a test file.

    Args:
        unit: the test file.
        files: the rule files that it loads.
        extract: the part to keep.
        texts: the rules to load.
    """
    written = [file.written(texts) for file in files if any(one.id in texts for one in file.rules)] or ["groups: []\n"]
    test = next(_test(unit, test, extract) for test in unit.tests if test.loc == extract.test)
    head = flow(unit.document, (), ("rule_files", "tests"))
    names = listed(rule_names(len(written)))
    whole = joined(head, f"rule_files: {names}", f"tests: [{test}]")
    return Trial(f"{whole}\n", tuple(written))


def _test(unit: UnitFile, test: UnitTest, extract: Extract) -> str:
    alerts = [flow(unit.document, one.loc) for one in test.alerts if one.loc in extract.assertions]
    expressions = [flow(unit.document, one.loc) for one in test.expressions if one.loc in extract.assertions]
    if extract.until is not None:
        expressions.append(_nothing_until(extract.until))
    head = flow(unit.document, test.loc, ("alert_rule_test", "promql_expr_test"))
    kinds = (("alert_rule_test", alerts), ("promql_expr_test", expressions))
    return joined(head, *(f"{kind}: [{', '.join(texts)}]" for kind, texts in kinds if texts))


def _nothing_until(until: timedelta) -> str:
    """Write an assertion that always holds, so that the test lasts until then."""
    return f'{{expr: "vector(1)", eval_time: {format_duration(until)}, exp_samples: [{{labels: "{{}}", value: 1}}]}}'


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
