"""Comments that silence findings: ``# gonogo: disable=CHECK reason`` and ``disable-file=``.

On a line of a rule, inside its block or right above it, a pragma is for that rule;
with ``disable-file``, above the first group, for the file. In a configuration it is
for its line or for what begins right below it. One that is misspelled, gives no
reason, names a check that nothing may silence, or stands where it is for nothing
silences nothing, and is an error: who wrote it believes that it works. One that works,
and of whose check nothing is found there, is told as worth knowing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gonogo.errors import Position
from gonogo.formats.sources import SourceFile
from gonogo.lint.core.line_blocks import LineBlock, LineRemark, line_remarks
from gonogo.lint.core.rule_blocks import Remark, RuleBlock, remarks
from gonogo.model.finding import Finding, Severity, Span

PRAGMA = "pragma"
"""The id of the check that finds faulty pragmas."""

NEVER_SILENT: Mapping[str, str] = {
    PRAGMA: "it finds pragmas like this one",
    "syntax": "no server loads such a file, whatever the reason",
    "promtool": "no server loads what promtool refuses, whatever the reason",
    "promtool-disagree": "while they differ, nobody knows what the server would load",
    "rule-file-outside": "what the policy does not name is no part of what is recorded",
}
"""The checks that nothing silences, and why: what they find cannot be right here for a reason."""

_FORM_CHECK = "syntax"
"""The check that finds what keeps others from looking into a file; there no pragma is called idle."""

_MEANT = re.compile(r"\b[Gg]onogo\s*:|\b[Gg]onogo\s+disable")
_FORM = re.compile(r"#+\s*gonogo:\s*disable(?P<file>-file)?\s*=\s*(?P<checks>[\w-]+(?:\s*,\s*[\w-]+)*)(?P<reason>.*)")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Pragma:
    """A comment meant for us.

    Attributes:
        where: the comment.
        checks: the ids it names.
        about: the rules or lines it is for; the whole file where it is none of them.
        fault: what is wrong with it; empty where it works.
    """

    where: Span
    checks: tuple[str, ...]
    about: tuple[RuleBlock | LineBlock, ...]
    fault: str = ""

    def silences(self, finding: Finding) -> bool:
        """Tell whether a finding in its file is one of those that it is for."""
        if self.fault or finding.check not in self.checks:
            return False
        return not self.about or any(_is_of(finding, block) for block in self.about)


@dataclass(frozen=True, slots=True)
class Silenced:
    """What pragmas leave of findings.

    Attributes:
        kept: the findings that stay.
        told: what is to be said of the pragmas themselves and is not among the findings yet.
        count: how many findings were silenced.
    """

    kept: tuple[Finding, ...]
    told: tuple[Finding, ...]
    count: int


def silenced(
    findings: Iterable[Finding],
    files: Iterable[SourceFile],
    known_ids: Collection[str],
    texts: Mapping[str, str] | None = None,
    unheard: Collection[str] = (),
) -> Silenced:
    """Apply the pragmas of all files.

    Args:
        findings: what the checks found.
        files: the rule files.
        known_ids: the ids of all checks.
        texts: the text of each configuration, by its path.
        unheard: the checks that could find nothing, since nobody told them what they rest on: none of their pragmas
            is called idle.
    """
    found = tuple(findings)
    everything = {file.path: pragmas(file, known_ids) for file in files}
    everything |= {path: text_pragmas(text, path, known_ids) for path, text in (texts or {}).items()}
    used: set[tuple[int, str]] = set()
    kept = []
    for one in found:
        silencing = [pragma for pragma in everything.get(one.where.start.path, ()) if pragma.silences(one)]
        used |= {(id(pragma), one.check) for pragma in silencing}
        kept += [] if silencing else [one]
    broken = {one.where.start.path for one in kept if (one.check, one.severity) == (_FORM_CHECK, Severity.ERROR)}
    told = [fault for those in everything.values() for fault in faults(those)]
    for path, those in everything.items():
        told += [] if path in broken else _idle(those, used, unheard)
    present = set(kept)
    return Silenced(tuple(kept), tuple(one for one in told if one not in present), len(found) - len(kept))


def pragmas(file: SourceFile, known_ids: Collection[str]) -> tuple[Pragma, ...]:
    """List the pragmas of a file, in their order, and what is wrong with each."""
    if "onogo" not in file.text:
        return ()
    meant = (remark for remark in remarks(file) if _MEANT.search(remark.text))
    nowhere = "no rule is here or right below; put it on a rule's line or above a rule"
    heading = "what is for the whole file belongs above its first group"
    return tuple(_pragma(remark, file.path, known_ids, nowhere, heading) for remark in meant)


def text_pragmas(text: str, path: str, known_ids: Collection[str]) -> tuple[Pragma, ...]:
    """List the pragmas of a configuration, in their order, and what is wrong with each."""
    if "onogo" not in text:
        return ()
    meant = (remark for remark in line_remarks(text) if _MEANT.search(remark.text))
    nowhere = "nothing is here or right below; put it on the line that is meant, or above it"
    heading = "what is for the whole file belongs above its first key"
    return tuple(_pragma(remark, path, known_ids, nowhere, heading) for remark in meant)


def faults(found: Iterable[Pragma]) -> Iterator[Finding]:
    """Make a finding of each faulty pragma."""
    for pragma in found:
        if pragma.fault:
            yield Finding(PRAGMA, Severity.ERROR, pragma.where, f"this silences nothing: {pragma.fault}", _rule(pragma))


def _idle(found: Iterable[Pragma], used: Collection[tuple[int, str]], unheard: Collection[str]) -> Iterator[Finding]:
    """Make a finding of each check that a pragma silences for nothing."""
    for pragma in found:
        for check in () if pragma.fault else dict.fromkeys(pragma.checks):
            if check not in unheard and (id(pragma), check) not in used:
                message = f"this silences nothing: {check} finds nothing here; remove it, or move it to where it does"
                yield Finding(PRAGMA, Severity.INFO, pragma.where, message, _rule(pragma))


def _rule(pragma: Pragma) -> str:
    first = pragma.about[0] if pragma.about else None
    return first.rule.name if isinstance(first, RuleBlock) else ""


def _pragma(
    remark: Remark | LineRemark, path: str, known_ids: Collection[str], nowhere: str, below_heading: str
) -> Pragma:
    where = Span(Position(path, remark.line, remark.column), len(remark.text))
    form = _FORM.fullmatch(remark.text)
    if form is None:
        return Pragma(where, (), remark.about, "write '# gonogo: disable=CHECK reason', and nothing before it")
    checks = tuple(re.split(r"\s*,\s*", form["checks"]))
    fault = _wrong_checks(checks, known_ids) or _no_reason(form["reason"])
    if form["file"]:
        misplaced = "" if remark.heading else below_heading
        return Pragma(where, checks, (), fault or misplaced)
    misplaced = "" if remark.about else nowhere
    return Pragma(where, checks, remark.about, fault or misplaced)


def _wrong_checks(checks: tuple[str, ...], known_ids: Collection[str]) -> str:
    refused = next((check for check in checks if check in NEVER_SILENT), None)
    if refused is not None:
        return f"{refused!r} cannot be silenced: {NEVER_SILENT[refused]}"
    unknown = next((check for check in checks if check not in known_ids), None)
    return "" if unknown is None else f"there is no check {unknown!r}"


def _no_reason(text: str) -> str:
    return "" if _WORD.search(text) else "it gives no reason; say behind the checks why they are wrong here"


def _is_of(finding: Finding, block: RuleBlock | LineBlock) -> bool:
    """Tell whether a finding is of a rule: by its name where no other has it, else by its line."""
    if isinstance(block, LineBlock):
        return block.holds(finding.where.start.line)
    if finding.rule not in {"", block.rule.name}:
        return False
    return block.holds(finding.where.start.line) or (block.unique and bool(finding.rule))
