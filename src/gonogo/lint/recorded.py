"""``obs-lint``: whether the policy's rules and configuration have no error, and the record of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from gonogo.errors import SourceError
from gonogo.journal.runs import Run, counted, failed, recorded
from gonogo.lint.request import LintRequest
from gonogo.lint.run import Informant, Linted, run_lint
from gonogo.lint.work_tree import looking
from gonogo.model.finding import Finding, Severity
from gonogo.model.gate import OBS_LINT
from gonogo.model.outcome import Outcome
from gonogo.policy.settings import PolicyFile


def obs_lint(policy_file: PolicyFile) -> Run:
    """Lint exactly the policy's rule files and its configuration, and record the outcome.

    Raises:
        PolicyError: an input that the policy names is missing.
        MissingTool: promtool is not installed.
        ActionFailed: the journal cannot be written.
    """
    return recorded(policy_file, OBS_LINT, lambda: lint(policy_file))


def lint(policy_file: PolicyFile) -> Run:
    """Lint without a record."""
    request = LintRequest(policy_file=policy_file)
    return as_run(run_lint(request, informants=(looking(policy_file),)), request)


def recorded_lint(
    policy_file: PolicyFile,
    request: LintRequest,
    says: Callable[[str], None],
    fails: Callable[[Linted], bool],
    informants: Iterable[Informant] = (),
) -> tuple[Run, Linted]:
    """Lint as asked for, and record the outcome.

    Args:
        policy_file: whose journal is written.
        request: what is linted, and how.
        says: hears what is being done.
        fails: tells whether the command will fail: then the record does not say that it passed.
        informants: who is asked beside git.

    Returns:
        The run, and what the lint came to.

    Raises:
        PolicyError: an input that the policy names is missing.
        MissingTool: promtool is not installed.
        SourceError: the server to ask gives no valid answer; nothing is recorded.
        ActionFailed: the journal cannot be written.
    """
    came: list[Linted] = []

    def run() -> Run:
        try:
            came.append(run_lint(request, says, (looking(policy_file), *informants)))
        except SourceError as error:
            raise _NoAnswer(error) from error
        return as_run(came[0], request, strict=fails(came[0]))

    try:
        done = recorded(policy_file, OBS_LINT, run)
    except _NoAnswer as nobody:
        raise nobody.error from None
    return done, came[0]


class _NoAnswer(Exception):
    """Carries past the journal that the server to ask does not answer: that says nothing about the rules."""

    def __init__(self, error: SourceError) -> None:
        super().__init__(str(error))
        self.error = error


def as_run(linted: Linted, request: LintRequest, *, strict: bool = False) -> Run:
    """Make a run of a lint: it fails with any error, or, if ``strict``, whatever was found.

    Without an arbiter it does not pass: the outcome is UNKNOWN.
    """
    report = linted.report
    errors = [one for one in report.findings if one.severity is Severity.ERROR]
    bad = errors or (report.findings if strict else ())
    skewed = request.second is not None and request.second.any_version
    seen = {"silenced": report.silenced, **({"version_skew_allowed": True} if skewed else {})}
    if bad:
        told = tuple(map(finding_line, bad))
        done = failed(OBS_LINT, told, "the rules or the configuration have mistakes", linted.tools)
    elif linted.undecided:
        done = Run(OBS_LINT, Outcome.UNKNOWN, linted.undecided, tools=linted.tools)
    else:
        counts = f"{counted(report.rules, 'rule')} in {counted(report.files, 'file')}"
        detail = f"{linted.arbiter} accepts {counts}, and no check finds an error{_noted(report.findings)}"
        done = Run(OBS_LINT, Outcome.PASS, detail, tools=linted.tools)
    return replace(done, seen=seen)


def finding_line(finding: Finding) -> str:
    """Write a finding as one line."""
    return f"{finding.where.start}: {finding.severity}: {finding.message} [{finding.check}]"


def _noted(findings: Iterable[Finding]) -> str:
    warnings = sum(one.severity is Severity.WARNING for one in findings)
    return f", {counted(warnings, 'warning')}" if warnings else ""
