"""The result of a lint: the findings, and how much was linted. The text and the JSON output are made from it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from gonogo.model.finding import Finding


class Fingerprint(Struct, frozen=True, order=True):
    """The identity of a finding: the finding without its line and without its message.

    Attributes:
        check: the id of the check.
        path: the file, relative to the folder of the baseline, with ``/`` on every system.
        rule: the alert, the recorded metric, or ``group NAME``; empty if the finding is about neither.
        text: the text that the finding points at.
    """

    check: str
    path: str
    rule: str
    text: str


class LintReport(Struct, frozen=True):
    """The result of one lint.

    Attributes:
        findings: the findings left after pragmas and baseline, sorted by file, line and column.
        files: the number of linted files.
        rules: the number of rules in those files.
        silenced: the number of findings that pragmas silenced.
        baselined: the number of findings that the baseline knows.
        gone: entries of the baseline that no longer occur and can be removed.
        texts: the text of each file, by its path as findings name it. The lines in the output come from here.
    """

    findings: tuple[Finding, ...]
    files: int
    rules: int
    silenced: int = 0
    baselined: int = 0
    gone: tuple[Fingerprint, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
