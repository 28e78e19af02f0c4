"""Comments that silence findings: ``# gonogo: disable=CHECK reason`` and ``disable-file=``.

On a line of a rule, inside its block or right above it, a pragma is for that rule;
with ``disable-file``, above the first group, for the file. One that is misspelled,
gives no reason, or stands where it is for nothing silences nothing, and is an error:
who wrote it believes that it works.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from gonogo.errors import Position
from gonogo.lint.estate import SourceFile
from gonogo.lint.finding import Finding, Severity, Span
from gonogo.lint.rule_blocks import Remark, RuleBlock, remarks

PRAGMA = "pragma"
"""The id of the check that finds faulty pragmas; it cannot be silenced."""

_MEANT = re.compile(r"\b[Gg]onogo\s*:|\b[Gg]onogo\s+disable")
_FORM = re.compile(r"#+\s*gonogo:\s*disable(?P<file>-file)?\s*=\s*(?P<checks>[\w-]+(?:\s*,\s*[\w-]+)*)(?P<reason>.*)")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Pragma:
    """A comment meant for us.

    Attributes:
        where: the comment.
        checks: the ids it names.
        about: the rules it is for; the whole file where it is none of them.
        fault: what is wrong with it; empty where it works.
    """

    where: Span
    checks: tuple[str, ...]
    about: tuple[RuleBlock, ...]
    fault: str = ""

    def silences(self, finding: Finding) -> bool:
        """Tell whether a finding in its file is one of those that it is for."""
        if self.fault or finding.check not in self.checks:
            return False
        return not self.about or any(_is_of(finding, block) for block in self.about)


def silenced(
    findings: Iterable[Finding], files: Iterable[SourceFile], known_ids: Collection[str]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], int]:
    """Apply the pragmas of all files.

    Args:
        findings: what the checks found.
        files: the rule files.
        known_ids: the ids of all checks.

    Returns:
        The findings that stay; faulty pragmas that are not among them yet; how many findings were silenced.
    """
    found = tuple(findings)
    by_path = {file.path: pragmas(file, known_ids) for file in files}
    kept = tuple(one for one in found if not any(p.silences(one) for p in by_path.get(one.where.start.path, ())))
    faulty = (fault for everything in by_path.values() for fault in faults(everything))
    present = set(kept)
    return kept, tuple(fault for fault in faulty if fault not in present), len(found) - len(kept)


def pragmas(file: SourceFile, known_ids: Collection[str]) -> tuple[Pragma, ...]:
    """List the pragmas of a file, in their order, and what is wrong with each."""
    if "onogo" not in file.text:
        return ()
    meant = (remark for remark in remarks(file) if _MEANT.search(remark.text))
    return tuple(_pragma(remark, file.path, known_ids) for remark in meant)


def faults(found: Iterable[Pragma]) -> Iterator[Finding]:
    """Make a finding of each faulty pragma."""
    for pragma in found:
        if pragma.fault:
            rule = pragma.about[0].rule.name if pragma.about else ""
            yield Finding(PRAGMA, Severity.ERROR, pragma.where, f"this silences nothing: {pragma.fault}", rule)


def _pragma(remark: Remark, path: str, known_ids: Collection[str]) -> Pragma:
    where = Span(Position(path, remark.line, remark.column), len(remark.text))
    form = _FORM.fullmatch(remark.text)
    if form is None:
        return Pragma(where, (), remark.about, "write '# gonogo: disable=CHECK reason', and nothing before it")
    checks = tuple(re.split(r"\s*,\s*", form["checks"]))
    fault = _wrong_checks(checks, known_ids) or _no_reason(form["reason"])
    if form["file"]:
        misplaced = "" if remark.heading else "what is for the whole file belongs above its first group"
        return Pragma(where, checks, (), fault or misplaced)
    misplaced = "" if remark.about else "no rule is here or right below; put it on a rule's line or above a rule"
    return Pragma(where, checks, remark.about, fault or misplaced)


def _wrong_checks(checks: tuple[str, ...], known_ids: Collection[str]) -> str:
    if PRAGMA in checks:
        return f"{PRAGMA!r} finds pragmas like this one and cannot be silenced"
    unknown = next((check for check in checks if check not in known_ids), None)
    return "" if unknown is None else f"there is no check {unknown!r}"


def _no_reason(text: str) -> str:
    return "" if _WORD.search(text) else "it gives no reason; say behind the checks why they are wrong here"


def _is_of(finding: Finding, block: RuleBlock) -> bool:
    """Tell whether a finding is of a rule: by its name where no other has it, else by its line."""
    if finding.rule not in {"", block.rule.name}:
        return False
    return block.holds(finding.where.start.line) or (block.unique and bool(finding.rule))
