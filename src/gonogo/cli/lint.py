"""The command ``gonogo lint``: finds the faults in the rules that one server would load."""

from __future__ import annotations

import gc
import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gonogo.cli.door import answer
from gonogo.cli.options import GivenPath, features_option, format_option, policy_option
from gonogo.cli.progress import SILENT_SECONDS, Display
from gonogo.cli.terminal import columns_of
from gonogo.errors import UsageError
from gonogo.model.plain import plain
from gonogo.model.progress import note

if TYPE_CHECKING:
    from gonogo.lint.core.report import LintReport
    from gonogo.lint.core.requirements import Requirements
    from gonogo.lint.request import AskedPromtool, LintRequest
    from gonogo.lint.run import Informant, Linted
    from gonogo.model.progress import Listener
    from gonogo.policy.settings import PolicyFile

FAILED = 1
"""The exit code if lint has a finding at or above ``--fail-on``."""

UNDECIDED = 3
"""The exit code if no program could check the syntax, or if the policy's files changed during the run."""

NAMED_AT_MOST = 8
"""The number of skipped files that are named for one reason. The others are counted."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\..*)?")


@click.command(epilog="Example: gonogo lint prometheus/prometheus.yml --fail-on warning")
@click.argument("paths", nargs=-1, type=GivenPath())
@policy_option
@click.option("--prometheus", "url", metavar="URL", help="A running server, for the checks that need a server.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    default="error",
    show_default=True,
    help="The least severity that makes the command fail.",
)
@click.option(
    "--baseline",
    type=GivenPath(path_type=Path),
    metavar="FILE",
    help="The file of known findings; only new findings fail.",
)
@click.option("--write-baseline", is_flag=True, help="Write the findings of this run to the baseline.")
@click.option(
    "--promtool", "second", metavar="CMD", help="A second promtool, such as 'docker exec prometheus promtool'."
)
@click.option("--promtool-root", "root", metavar="DIR", help="The folder where the second promtool sees the files.")
@click.option("--allow-version-skew", is_flag=True, help="Allow different versions of the two promtools.")
@click.option(
    "--requirements",
    "demands",
    type=GivenPath(path_type=Path),
    metavar="FILE",
    help="Your organisation's requirements for rules: labels, names, bounds, owners.",
)
@click.option("--server-version", "version", metavar="X.Y", help="The server's version; default: promtool's.")
@features_option
@format_option
@click.pass_context
def lint(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    *,
    paths: tuple[str, ...],
    policy_path: Path,
    url: str | None,
    fail_on: str,
    baseline: Path | None,
    write_baseline: bool,
    second: str | None,
    root: str | None,
    allow_version_skew: bool,
    demands: Path | None,
    version: str | None,
    features: tuple[str, ...],
    form: str,
) -> int:
    """Find faults in the rules that one server would load: broken, misleading or fragile rules.

    PATHS are rule files, folders, a prometheus.yml (then exactly the files that its server would load),
    PrometheusRule resources, an alertmanager.yml. Without PATHS, the policy's rules and configuration are linted, and
    the run gate obs-lint is recorded. promtool decides which syntax is valid. A comment on a rule silences a finding:
    '# gonogo: disable=CHECK reason'.

    Exit codes: 0 no finding at or above --fail-on, 1 findings, 2 usage or policy, 3 the server does not answer, or
    vmalert is needed and not installed.
    """
    gc.disable()  # all objects live to the end, and searching them for garbage takes a third of the time

    from gonogo.lint.print import lint_json, lint_text
    from gonogo.lint.request import LintRequest

    if write_baseline and baseline is None:
        raise UsageError("--write-baseline needs a file", next_step="gonogo lint --baseline FILE --write-baseline")
    named = context.get_parameter_source("policy_path") is click.core.ParameterSource.COMMANDLINE
    if features and not paths:
        raise UsageError(
            "--enable-feature is only for files named by path", next_step="set prometheus.features in the policy"
        )
    policy_file = _policy(policy_path) if named or not paths else None
    request = LintRequest(
        tuple(map(Path, paths)),
        policy_file,
        _second(second, root, any_version=allow_version_skew),
        _version(version),
        _requirements(demands),
        features,
        _running(policy_file, url),
    )
    judge = _Judge(baseline, write_baseline, fail_on)
    with Display(sys.stderr, after=SILENT_SECONDS) as show:
        code, linted = _run(request, judge, show, _informants(request, url, show))
    for line in beside(linted):
        click.echo(plain(line), err=True)
    report = judge.report(linted)
    answer(lint_json(report) if form == "json" else lint_text(report, columns_of(sys.stdout)))
    return code


@dataclass(slots=True)
class _Judge:
    """The comparison with the baseline, and the decision whether the command fails."""

    baseline: Path | None
    write: bool
    fail_on: str
    _report: LintReport | None = None

    def report(self, linted: Linted) -> LintReport:
        """Return the findings that are not in the baseline. The baseline is written first if that was asked for."""
        from gonogo.lint.baseline import compared, read_baseline, write_baseline

        if self._report is None:
            report = linted.report
            if self.baseline is not None:
                if self.write:
                    write_baseline(self.baseline, report)
                report = compared(report, read_baseline(self.baseline))
            self._report = report
        return self._report

    def fails(self, linted: Linted) -> bool:
        """Return whether there is a finding at or above the severity that fails."""
        from gonogo.model.finding import Severity

        worst = Severity(self.fail_on).rank
        return any(finding.severity.rank <= worst for finding in self.report(linted).findings)


def _running(policy_file: PolicyFile | None, url: str | None) -> tuple[str, ...]:
    if url is None:
        return ()
    from gonogo.lint.online import running_features
    from gonogo.policy.settings import ServerSettings

    return running_features(policy_file.server if policy_file else ServerSettings(), url)


def _informants(request: LintRequest, url: str | None, show: Listener) -> tuple[Informant, ...]:
    if url is None:
        return ()
    from gonogo.lint.online import asking
    from gonogo.policy.settings import ServerSettings

    return (asking(request.policy_file.server if request.policy_file else ServerSettings(), url, show),)


def _run(request: LintRequest, judge: _Judge, show: Listener, informants: tuple[Informant, ...]) -> tuple[int, Linted]:
    """Lint, and record the run if the files are those of the policy."""
    from gonogo.lint.run import run_lint

    if request.paths or request.policy_file is None:
        linted = run_lint(request, show, informants)
        undecided = UNDECIDED if linted.undecided else 0
        return FAILED if judge.fails(linted) else undecided, linted
    from gonogo.lint.recorded import recorded_lint
    from gonogo.model.outcome import Outcome

    run, linted = recorded_lint(request.policy_file, request, show, judge.fails, informants)
    show(note(f"recorded: obs-lint {run.outcome}: {run.detail}"))
    if judge.fails(linted):
        return FAILED, linted
    return UNDECIDED if run.outcome is Outcome.UNKNOWN else 0, linted


def beside(linted: Linted) -> Iterator[str]:
    """Yield a line for files that were skipped, and for each note."""
    reasons = dict.fromkeys(skipped.why for skipped in linted.skipped)
    for why in reasons:
        paths = [skipped.path for skipped in linted.skipped if skipped.why == why]
        more = f" and {len(paths) - NAMED_AT_MOST} more" if len(paths) > NAMED_AT_MOST else ""
        yield f"skipped: {', '.join(paths[:NAMED_AT_MOST])}{more}: {why}"
    yield from (f"note: {note}" for note in linted.notes)


def _policy(path: Path) -> PolicyFile:
    from gonogo.policy.load import load

    return load(path)


def _requirements(path: Path | None) -> Requirements | None:
    if path is None:
        return None
    from gonogo.lint.request import requirements_in

    return requirements_in(path)


def _version(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = _VERSION.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not a version", next_step="gonogo lint --server-version 2.42")
    return int(found[1]), int(found[2])


def _second(command: str | None, root: str | None, *, any_version: bool) -> AskedPromtool | None:
    from gonogo.lint.request import AskedPromtool

    if command is None:
        if root is not None or any_version:
            raise UsageError(
                "there is no second promtool",
                why="--promtool-root and --allow-version-skew need one",
                next_step="name it with --promtool, such as 'docker exec prometheus promtool'",
            )
        return None
    try:
        argv = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError("--promtool is not a command", why=str(error), next_step="close its quotes") from error
    if not argv:
        raise UsageError("--promtool is empty", next_step="name a command, such as 'docker exec prometheus promtool'")
    return AskedPromtool(argv, root, any_version=any_version)
