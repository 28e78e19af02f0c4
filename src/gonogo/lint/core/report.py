"""What a lint found, and over how much: all that its text and its JSON say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gonogo.lint.core.fingerprint import Fingerprint
from gonogo.model.finding import Finding


@dataclass(frozen=True, slots=True)
class LintReport:
    """The result of one lint.

    Attributes:
        findings: what is left after pragmas and baseline, in the order of files, lines and columns.
        files: how many files were linted.
        rules: how many rules they hold.
        silenced: how many findings pragmas silenced.
        baselined: how many findings the baseline knows.
        gone: what the baseline lists and no longer occurs, so that it can shrink.
        texts: the text of each file by its path as findings name it; the lines shown come from here.
    """

    findings: tuple[Finding, ...]
    files: int
    rules: int
    silenced: int = 0
    baselined: int = 0
    gone: tuple[Fingerprint, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
