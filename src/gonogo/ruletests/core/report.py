"""What came of a run of test files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gonogo.model.outcome import Outcome
from gonogo.ruletests.core.coverage import Coverage
from gonogo.ruletests.core.mutants import MutantReport
from gonogo.ruletests.silent.silent_pass import SilentFinding

FAILED = "failed"
"""The reason of a file that promtool fails."""

UNREADABLE = "unreadable"
"""The reason of a file that cannot be read, or loads one that cannot."""

VMALERT_ONLY = "vmalert-only"
"""The reason of a file that promtool cannot run because it, or a rule file that it loads, is written for vmalert."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one test file.

    Attributes:
        path: the file.
        promtool: whether promtool alone passes it; ``None`` where it was not asked.
        words: what promtool wrote (in the order of groups that it fails, where that decides), or why it was not asked.
        findings: the silent passes in it.
        seconds: how long promtool took.
        tests: how many tests it has.
        assertions: how much they assert.
        cached: whether an earlier run of the same content stands for this one.
        vmalert_only: whether promtool was not asked because only programs of VictoriaMetrics read the file.
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
        """Passed only where promtool passes it and no silent pass stands unallowed; UNKNOWN where it cannot be run."""
        if self.vmalert_only:
            return Outcome.UNKNOWN
        return Outcome.PASS if self.promtool and not self.silent else Outcome.FAIL

    @property
    def silent(self) -> tuple[SilentFinding, ...]:
        """The silent passes that nobody allowed."""
        return tuple(one for one in self.findings if not one.allowed)

    @property
    def reason(self) -> str:
        """Why it does not pass, in a word: a constant above, or the first silent pass; empty where it passes."""
        if self.vmalert_only:
            return VMALERT_ONLY
        if self.promtool is None and not self.silent:
            return UNREADABLE
        if self.promtool is False:
            return FAILED
        return self.silent[0].silent_pass if self.silent else ""

    @property
    def detail(self) -> str:
        """Why it does not pass, in full; empty where it passes."""
        if self.outcome is Outcome.PASS:
            return ""
        return "\n".join([*(str(one.problem) for one in self.silent), *filter(None, [self.words])])


@dataclass(frozen=True, slots=True)
class UnitReport:
    """What came of all test files.

    Attributes:
        files: each file, sorted by path.
        nowhere: the findings of places that have no test file.
        coverage: which rules are tested, where that was asked.
        mutants: which mutants are killed, where that was asked.
        tools: the programs used and their versions.
        seconds: how long it all took.
        minimum: the percentage of rules that must be covered, where one is asked for.
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
        """Passed only where the files pass, and what was measured of them suffices."""
        return Outcome.FAIL if self.uncovered or self.outlived else self.of_files

    @property
    def uncovered(self) -> bool:
        """Whether less is covered than is asked for."""
        return bool(self.shortfall)

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
        """Whether a mutant lives that nobody argues for, an argument is wrong, or no mutant was tried at all."""
        return self.mutants is not None and not self.mutants.passed

    @property
    def of_files(self) -> Outcome:
        """The worst outcome of the files; FAIL without any file, unless somebody said why there need not be one."""
        outcomes = {one.outcome for one in self.files}
        missing = not (self.files or self.nowhere) or any(not one.allowed for one in self.nowhere)
        if missing or Outcome.FAIL in outcomes:
            return Outcome.FAIL
        return Outcome.UNKNOWN if Outcome.UNKNOWN in outcomes else Outcome.PASS
