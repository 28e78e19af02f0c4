"""Comments that silence findings: ``# gonogo: disable=CHECK reason`` and ``disable-file=``.

On a line of a rule, inside its block or right above it, a pragma is for that rule. With ``disable-file``, above the
first group, it is for the file. In a configuration a pragma is for its line, or for the item that begins right below
it. A pragma silences nothing if it is misspelled, gives no reason, names a check that cannot be silenced, or stands in
a place without a rule. Then it is an error, because its author believes that it works. A correct pragma whose check
finds nothing there is reported as a note.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from gonogo.errors import Position
from gonogo.formats.sources import SourceFile
from gonogo.lint.core.remarks import Block, Remark, line_remarks, rule_remarks
from gonogo.model.finding import Finding, Severity, Span

PRAGMA = "pragma"
"""The id of the check that finds faulty pragmas."""

NEVER_SILENT: Mapping[str, str] = {
    PRAGMA: "this check finds faulty pragmas",
    "syntax": "no server loads such a file, so no reason can justify it",
    "promtool": "no server loads a file that promtool refuses, so no reason can justify it",
    "promtool-disagree": "while the two promtools differ, nobody knows what the server would load",
    "rule-file-outside": "the record covers only the files that the policy names",
}
"""The checks that cannot be silenced, and why: no reason can justify what they find."""

_FORM_CHECK = "syntax"
"""The check of form. In a file with such errors other checks may not run, so no pragma there is called idle."""

_NAME = "onogo"
_MEANT = re.compile(r"\b[Gg]onogo\s*:|\b[Gg]onogo\s+disable")
_FORM = re.compile(r"#+\s*gonogo:\s*disable(?P<file>-file)?\s*=\s*(?P<checks>[\w-]+(?:\s*,\s*[\w-]+)*)(?P<reason>.*)")
_WORD = re.compile(r"\w")


class Pragma(Struct, frozen=True):
    """A comment that addresses gonogo.

    Attributes:
        where: the place of the comment.
        checks: the ids in the comment.
        about: the rules or lines that the pragma is for; empty for the whole file.
        fault: the mistake in the pragma; empty if the pragma works.
    """

    where: Span
    checks: tuple[str, ...]
    about: tuple[Block, ...]
    fault: str = ""

    def silences(self, finding: Finding) -> bool:
        """Return whether the pragma silences a finding of its file."""
        if self.fault or finding.check not in self.checks:
            return False
        return not self.about or any(block.has(finding) for block in self.about)


class Silenced(Struct, frozen=True):
    """The findings after pragmas were applied.

    Attributes:
        kept: the findings that stay.
        notices: further findings about the pragmas themselves.
        count: the number of silenced findings.
    """

    kept: tuple[Finding, ...]
    notices: tuple[Finding, ...]
    count: int


def silenced(
    findings: Iterable[Finding],
    files: Iterable[SourceFile],
    known_ids: Collection[str],
    texts: Mapping[str, str] | None = None,
    unable: Collection[str] = (),
) -> Silenced:
    """Apply the pragmas of all files.

    Args:
        findings: the findings of the checks.
        files: the rule files.
        known_ids: the ids of all checks.
        texts: the text of each configuration, by its path.
        unable: the checks that could not run fully, because a fact that they require is not known. Their pragmas are
            never called idle.
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
    notices = [fault for those in everything.values() for fault in faults(those)]
    for path, those in everything.items():
        notices += [] if path in broken else _idle(those, used, unable)
    present = set(kept)
    return Silenced(tuple(kept), tuple(one for one in notices if one not in present), len(found) - len(kept))


def pragmas(file: SourceFile, known_ids: Collection[str]) -> tuple[Pragma, ...]:
    """Return the pragmas of a rule file in order, each with its mistake if it has one."""
    nowhere = "no rule is here or right below; put the pragma on a rule's line or above a rule"
    heading = "a pragma for the whole file belongs above the first group"
    remarks = rule_remarks(file) if _NAME in file.text else ()
    return _meant(remarks, file.path, known_ids, nowhere, heading)


def text_pragmas(text: str, path: str, known_ids: Collection[str]) -> tuple[Pragma, ...]:
    """Return the pragmas of a configuration in order, each with its mistake if it has one."""
    nowhere = "no setting is here or right below; put the pragma on the line of the setting, or above it"
    heading = "a pragma for the whole file belongs above the first key"
    return _meant(line_remarks(text) if _NAME in text else (), path, known_ids, nowhere, heading)


def faults(found: Iterable[Pragma]) -> Iterator[Finding]:
    """Yield a finding for each faulty pragma."""
    for pragma in found:
        if pragma.fault:
            yield Finding(
                PRAGMA, Severity.ERROR, pragma.where, f"this pragma silences nothing: {pragma.fault}", _rule(pragma)
            )


def _idle(found: Iterable[Pragma], used: Collection[tuple[int, str]], unable: Collection[str]) -> Iterator[Finding]:
    """Yield a finding for each check that a pragma silences although the check finds nothing there."""
    for pragma in found:
        for check in () if pragma.fault else dict.fromkeys(pragma.checks):
            if check not in unable and (id(pragma), check) not in used:
                message = f"this pragma silences nothing: {check} finds nothing here; remove the pragma or move it"
                yield Finding(PRAGMA, Severity.INFO, pragma.where, message, _rule(pragma))


def _rule(pragma: Pragma) -> str:
    return pragma.about[0].rule if pragma.about else ""


def _meant(
    remarks: Iterable[Remark], path: str, known_ids: Collection[str], nowhere: str, below_heading: str
) -> tuple[Pragma, ...]:
    meant = (remark for remark in remarks if _MEANT.search(remark.text))
    return tuple(_pragma(remark, path, known_ids, nowhere, below_heading) for remark in meant)


def _pragma(remark: Remark, path: str, known_ids: Collection[str], nowhere: str, below_heading: str) -> Pragma:
    where = Span(Position(path, remark.line, remark.column), len(remark.text))
    form = _FORM.fullmatch(remark.text)
    if form is None:
        return Pragma(where, (), remark.about, "write '# gonogo: disable=CHECK reason' with no text before it")
    checks = tuple(re.split(r"\s*,\s*", form["checks"]))
    fault = _wrong_checks(checks, known_ids) or _no_reason(form["reason"])
    if form["file"]:
        return Pragma(where, checks, (), fault or ("" if remark.heading else below_heading))
    return Pragma(where, checks, remark.about, fault or ("" if remark.about else nowhere))


def _wrong_checks(checks: tuple[str, ...], known_ids: Collection[str]) -> str:
    refused = next((check for check in checks if check in NEVER_SILENT), None)
    if refused is not None:
        return f"{refused!r} cannot be silenced: {NEVER_SILENT[refused]}"
    unknown = next((check for check in checks if check not in known_ids), None)
    return "" if unknown is None else f"there is no check {unknown!r}"


def _no_reason(text: str) -> str:
    return "" if _WORD.search(text) else "the reason is missing; write after the check names why they are wrong here"
