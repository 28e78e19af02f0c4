"""Reads the output of ``vmalert -dryRun``: the files that vmalert refuses, and the reasons.

vmalert ends with one fatal message. The message counts its errors and names a file in each. Observed on 1.79 and 1.145.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gonogo.errors import Position
from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.model.finding import Span
from gonogo.model.rule import Engine

_FATAL = re.compile(r"^\S+\t(?:fatal|panic)\t\S+\t", re.MULTILINE)
_COUNT = re.compile(r"errors\((\d+)\):\s*")
_ERROR = re.compile(r'(?:^|\n)(?:invalid group "(?P<group>.*?)" in file|failed to parse file) "(?P<file>[^"\n]*)": ')
_RULE = re.compile(r'(?:invalid [\w ]*?(?:for )?)?rule (?:"(?P<group>[^"]*)"\.)?"(?P<name>[^"]*)"')
_LINE = re.compile(r"\byaml: (?:unmarshal errors:\s*)?line (\d+): ")
_QUOTED = re.compile(r'expr: "((?:[^"\\]|\\.)*)"')


def vmalert_judgement(output: str, version: str, asked: Mapping[str, SourceFile], *, passed: bool) -> Arbiter:
    """Return the judgement of vmalert from the output of one run.

    Args:
        output: the text that vmalert wrote.
        version: the version of vmalert; empty if it has none.
        asked: the files by the names that vmalert was given. The parts of one file have several names.
        passed: True if vmalert ended with 0.
    """
    refused = () if passed else tuple(_refusals(output, asked))
    paths = {refusal.where.start.path for refusal in refused}
    accepted = frozenset(file.path for file in asked.values() if file.path not in paths)
    return Arbiter(Engine.VMALERT.value, version, accepted, refused)


def _refusals(output: str, asked: Mapping[str, SourceFile]) -> Iterator[ArbiterRefusal]:
    """Yield the errors of a failed run. An error that belongs to no known file counts against every file."""
    fatal = _FATAL.split(output)[-1] if _FATAL.search(output) else ""
    before, counted, errors = _parted(fatal)
    found = list(_ERROR.finditer(errors))
    starts = [*(one.start() for one in found), len(errors)]
    placed = [(one, errors[one.end() : end].strip()) for one, end in zip(found, starts[1:], strict=True)]
    known = [(asked[one["file"]], one["group"] or "", said) for one, said in placed if one["file"] in asked]
    yield from (_refusal(*one) for one in known)
    if not known or len(known) < counted:
        why = before.strip() or _last_line(output)
        for file in dict.fromkeys(file.path for file in asked.values()):
            yield ArbiterRefusal(
                Span(Position(file, 1, 1)), f"vmalert failed and did not say which file is to blame: {why}"
            )


def _parted(fatal: str) -> tuple[str, int, str]:
    count = _COUNT.search(fatal)
    return (fatal, 0, "") if count is None else (fatal, int(count[1]), fatal[count.end() :])


def _refusal(file: SourceFile, group: str, said: str) -> ArbiterRefusal:
    rule = _blamed(file.rules, group, said)
    if rule is not None:
        return ArbiterRefusal(rule.at_key(), said, rule.name)
    line = _LINE.search(said)
    number = int(line[1]) if line else 0
    within = 0 < number <= file.text.count("\n") + 1
    return ArbiterRefusal(Span(Position(file.path, number if within else 1, 1)), said)


def _blamed(rules: Sequence[WrittenRule], group: str, said: str) -> WrittenRule | None:
    """Find the rule that an error names. The quoted expression distinguishes rules of one name."""
    named = _RULE.search(said)
    if named is None:
        return None
    same = [rule for rule in rules if (rule.group.name, rule.name) == (group, named["name"])]
    quoted = _QUOTED.search(said)
    by_expression = (rule for rule in same if quoted and rule.rule.expression == quoted[1])
    return next(by_expression, same[0] if same else None)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "vmalert wrote nothing"
