"""The run ``obs-lint``: lints the policy's rules and configuration, and records the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gonogo.journal.runs import Recording, Run, failed
from gonogo.lint.request import LintRequest
from gonogo.lint.run import Informant, Linted, run_lint
from gonogo.lint.work_tree import looking
from gonogo.model.finding import Finding, Severity
from gonogo.model.outcome import Outcome
from gonogo.model.plain import counted
from gonogo.model.policy import OBS_LINT
from gonogo.model.progress import Listener
from gonogo.model.replacing import replace
from gonogo.policy.settings import PolicyFile


def obs_lint(policy_file: PolicyFile) -> Run:
    """Lint exactly the policy's rule files and its configuration, and record the outcome.

    Raises:
        PolicyError: an input that the policy names does not exist.
        MissingTool: promtool is not installed.
        ActionFailed: the journal cannot be written.
    """
    with Recording(policy_file, OBS_LINT) as record:
        record.finish(lint(policy_file))
    return record.run


def lint(policy_file: PolicyFile) -> Run:
    """Lint the policy's files without recording the outcome."""
    request = LintRequest(policy_file=policy_file)
    return as_run(run_lint(request, informants=(looking(policy_file),)), request)


def recorded_lint(
    policy_file: PolicyFile,
    request: LintRequest,
    progress: Listener,
    fails: Callable[[Linted], bool],
    informants: Iterable[Informant] = (),
) -> tuple[Run, Linted]:
    """Lint as requested, and record the outcome.

    Args:
        policy_file: the policy, whose journal is written.
        request: the files to lint, and the promtools to ask.
        progress: is called with each step.
        fails: returns whether the command will fail. Then the record does not say PASS.
        informants: further informants besides git.

    Returns:
        The run, and the result of the lint.

    Raises:
        PolicyError: an input that the policy names does not exist.
        MissingTool: promtool is not installed.
        SourceError: the server to ask gives no valid answer. Nothing is recorded: that says nothing about the rules.
        ActionFailed: the journal cannot be written.
    """
    record = Recording(policy_file, OBS_LINT)
    linted = run_lint(request, progress, (looking(policy_file), *informants))
    return record.finish(as_run(linted, request, strict=fails(linted))), linted


def as_run(linted: Linted, request: LintRequest, *, strict: bool = False) -> Run:
    """Return the run of a lint. It fails if there is an error or, with ``strict``, any finding.

    Without an arbiter the outcome is UNKNOWN, never PASS.
    """
    report = linted.report
    bad = linted.errors or (report.findings if strict else ())
    skewed = request.second is not None and request.second.any_version
    seen = {"silenced": report.silenced, **({"version_skew_allowed": True} if skewed else {})}
    if bad:
        lines = tuple(map(finding_line, bad))
        done = failed(OBS_LINT, lines, "the rules or the configuration have mistakes", linted.tools)
    elif linted.undecided:
        done = Run(OBS_LINT, Outcome.UNKNOWN, linted.undecided, tools=linted.tools)
    else:
        warnings = sum(one.severity is Severity.WARNING for one in report.findings)
        noted = f", {counted(warnings, 'warning')}" if warnings else ""
        counts = f"{counted(report.rules, 'rule')} in {counted(report.files, 'file')}"
        detail = f"{linted.arbiter} accepts {counts}, and no check finds an error{noted}"
        done = Run(OBS_LINT, Outcome.PASS, detail, tools=linted.tools)
    return replace(done, seen=seen)


def finding_line(finding: Finding) -> str:
    """Return a finding as one line."""
    return f"{finding.where.start}: {finding.severity}: {finding.message} [{finding.check}]"
