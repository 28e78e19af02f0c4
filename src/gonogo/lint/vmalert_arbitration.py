"""Asks a real vmalert about every rule file, in one process, for policies whose rules vmalert evaluates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gonogo.errors import MissingTool, Position
from gonogo.formats.flow import unwrapped
from gonogo.formats.sources import SourceFile, WrittenRule
from gonogo.lint.arbitration import worth_asking
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.lint.inputs import Inputs
from gonogo.model.finding import Span
from gonogo.model.rule import Engine
from gonogo.programs.promtool import ToolRun, run_tool
from gonogo.programs.running import PACKAGES, VMALERT, locate


def arbitrate_by_vmalert(inputs: Inputs, scratch: Path) -> Arbiter:
    """Ask vmalert about the texts of all readable files.

    vmalert takes patterns, in which the name of a file may have another meaning. So the texts are written to files with
    plain names.

    Args:
        inputs: the files to lint.
        scratch: an empty folder.

    Raises:
        MissingTool: vmalert is not installed.
    """
    asked: dict[str, SourceFile] = {}
    for number, file in enumerate(inputs.files.values()):
        if not worth_asking(file):
            continue
        resource = file.custom and file.path in inputs.by_hand
        for part, text in enumerate(unwrapped(file.text, file.path) if resource else (file.text,)):
            place = scratch / f"{number}-{part}.yml"
            place.write_text(text, encoding="utf-8")
            asked[str(place)] = file
    version = vmalert_version()
    if not any(file.rules or file.problems for file in asked.values()):
        return Arbiter(VMALERT, version)
    ran = dry_run(scratch)
    return vmalert_judgement(ran.output, version, asked, passed=ran.passed)


def undecided_by_vmalert(inputs: Inputs) -> Iterator[str]:
    """Yield what no program decides: the validity of all files without vmalert, and that of a configuration."""
    if not has_vmalert():
        yield (
            "vmalert is not installed, so nothing could decide whether the rule files are valid "
            f"(prometheus.dialect: victoriametrics); apt-get install {PACKAGES[VMALERT]}"
        )
    if inputs.configuration is not None:
        yield (
            f"nothing could decide whether {inputs.configuration.path} is valid, because promtool would refuse rule "
            "files of vmalert that it names; write 'config: null' under 'prometheus' in the policy"
        )


def has_vmalert() -> bool:
    """Return whether vmalert is installed."""
    try:
        locate(VMALERT)
    except MissingTool:
        return False
    return True


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


_VERSION = re.compile(r"\bv(\d+\.\d+\.\d+)")


def dry_run(folder: Path) -> ToolRun:
    """Check every rule file ``*.yml`` in a folder.

    Raises:
        MissingTool: vmalert is not installed.
    """
    return run_tool((VMALERT,), "-dryRun", f"-rule={folder}/*.yml")


def vmalert_version() -> str:
    """Ask vmalert for its version. Debian's builds have no version: the function returns an empty text for them.

    Raises:
        MissingTool: vmalert is not installed.
    """
    found = _VERSION.search(run_tool((VMALERT,), "-version").output)
    return found[1] if found else ""
