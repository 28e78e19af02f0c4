"""The results of a run of test files."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct, field

from gonogo.errors import Problem
from gonogo.model.outcome import Outcome
from gonogo.ruletests.core.measures import Coverage, MutantReport

FAILED = "failed"
"""The reason of a file that fails in promtool."""

UNREADABLE = "unreadable"
"""The reason of a file that cannot be read, or that loads an unreadable file."""

VMALERT_ONLY = "vmalert-only"
"""The reason of a file that promtool cannot run because it, or a rule file that it loads, is written for vmalert."""


class SilentFinding(Struct, frozen=True):
    """A silent pass in a file: its name and its place; ``allowed`` is the reason to allow it, if the user gave one."""

    silent_pass: str
    problem: Problem
    allowed: str = ""


class FileReport(Struct, frozen=True):
    """The result of one test file.

    Attributes:
        path: the file.
        promtool: True if promtool alone passes the file; ``None`` if promtool did not run it.
        words: the output of promtool (if the order of groups decides: in the failing order), or the reason why
            promtool did not run the file.
        findings: the silent passes in it.
        seconds: the run time of promtool.
        tests: the number of tests.
        assertions: the number of their assertions.
        cached: True if the result is that of an earlier run of the same content.
        vmalert_only: True if only the programs of VictoriaMetrics can read the file, so that promtool did not run it.
    """

    path: str
    promtool: bool | None
    words: str = ""
    findings: tuple[SilentFinding, ...] = ()
    seconds: float = 0.0
    tests: int = 0
    assertions: int = 0
    cached: bool = False
    vmalert_only: bool = False

    @property
    def outcome(self) -> Outcome:
        """PASS if the file passes and each silent pass is allowed; UNKNOWN if promtool cannot run the file."""
        if self.vmalert_only:
            return Outcome.UNKNOWN
        return Outcome.PASS if self.promtool and not self.silent else Outcome.FAIL

    @property
    def silent(self) -> tuple[SilentFinding, ...]:
        """The silent passes that the user did not allow."""
        return tuple(one for one in self.findings if not one.allowed)

    @property
    def reason(self) -> str:
        """The reason of a failure: a constant above, or the id of the first silent pass; empty if the file passes."""
        if self.vmalert_only:
            return VMALERT_ONLY
        if self.promtool is None and not self.silent:
            return UNREADABLE
        if self.promtool is False:
            return FAILED
        return self.silent[0].silent_pass if self.silent else ""

    @property
    def detail(self) -> str:
        """The full text of a failure; empty if the file passes."""
        if self.outcome is Outcome.PASS:
            return ""
        return "\n".join([*(str(one.problem) for one in self.silent), *filter(None, [self.words])])


class UnitReport(Struct, frozen=True):
    """The results of all test files.

    Attributes:
        files: each file, sorted by path.
        nowhere: the findings of places without a test file.
        coverage: the coverage of the rules, if it was measured.
        mutants: the results of the mutants, if they were tried.
        tools: the programs that ran, and their versions.
        seconds: the time of the whole run.
        minimum: the required percentage of covered rules, if there is one.
    """

    files: tuple[FileReport, ...]
    nowhere: tuple[SilentFinding, ...] = ()
    coverage: Coverage | None = None
    mutants: MutantReport | None = None
    tools: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    minimum: Decimal | None = None

    @property
    def outcome(self) -> Outcome:
        """PASS if the files pass, coverage is high enough, and no mutant is a reason against it."""
        return Outcome.FAIL if self.shortfall or self.outlived else self.of_files

    @property
    def shortfall(self) -> str:
        """The reason why coverage is too low; empty if it is high enough, or if no minimum is required."""
        if self.minimum is None or (self.coverage and self.coverage.reaches(self.minimum)):
            return ""
        if self.coverage is None:
            return "coverage was not measured"
        if self.coverage.unread:
            return "coverage is unknown, because gonogo cannot read all rules"
        if not self.coverage.rules:
            return "coverage is unknown, because there is no rule"
        return f"coverage is {self.coverage.percent} %, below the required {self.minimum:f} %"

    @property
    def outlived(self) -> bool:
        """True if a mutant survived without an argument, an argument is wrong, or no mutant was tried at all."""
        return self.mutants is not None and not self.mutants.passed

    @property
    def of_files(self) -> Outcome:
        """The worst outcome of the files; FAIL if there is no file, unless the user allowed that."""
        outcomes = {one.outcome for one in self.files}
        missing = not (self.files or self.nowhere) or any(not one.allowed for one in self.nowhere)
        if missing or Outcome.FAIL in outcomes:
            return Outcome.FAIL
        return Outcome.UNKNOWN if Outcome.UNKNOWN in outcomes else Outcome.PASS
