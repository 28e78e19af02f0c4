"""The command ``gonogo dryrun``: checks, decides, then watches. It is the main job of gonogo."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gonogo.cli.door import answer
from gonogo.cli.options import NamedOption, OneOf, format_option, policy_option, prometheus_option
from gonogo.cli.verdict import EXIT_CODES
from gonogo.durations import parse_duration
from gonogo.errors import UsageError
from gonogo.stopping import disregard

if TYPE_CHECKING:
    from gonogo.dryrun.run import DryRunResult


def _faults() -> Iterable[str]:
    from gonogo.sandbox.faults import FAULTS

    return FAULTS


def _one_fault(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> str | None:
    """Return the fault. Of several faults click would inject the last one and drop the others without a word."""
    names = tuple(dict.fromkeys(given))
    if len(names) > 1:
        raise click.BadParameter(f"a dry run injects one fault, not {', '.join(names)}; make a dry run for each.")
    return names[0] if names else None


UNRECORDED = 3
"""The exit code of a GO that could not be recorded in the journal."""

ABORTED = 4
"""The exit code of a dry run that an ``abort`` condition, or a long time of UNKNOWN, ended."""


@click.command(epilog="Example: gonogo dryrun --sandbox --for 60s --inject burn")
@policy_option
@prometheus_option
@click.option("--sandbox", is_flag=True, help="Run on a demo stack of real servers, fed by scripted sources.")
@click.option(
    "--for", "length", metavar="DURATION", help="How long to watch, in place of the policy's dry_run.duration."
)
@click.option(
    "--inject",
    "fault",
    cls=NamedOption,
    type=OneOf("fault", _faults),
    multiple=True,
    callback=_one_fault,
    metavar="FAULT",
    help="Inject one fault into the sandbox, to see the refusal.",
)
@format_option
@click.pass_context
def dryrun(
    context: click.Context,
    policy_path: Path,
    url: str | None,
    sandbox: bool,  # noqa: FBT001 - click passes it by name
    length: str | None,
    fault: str | None,
    form: str,
) -> int:
    """Prove that the monitoring works, decide, then watch and certify.

    First come lint, unit tests, a smoke run, a safe reload and two beats. Then comes the
    verdict, and after GO a watch for the policy's duration. Progress goes to standard
    error, the last verdict to standard output.

    Exit codes: 0 GO to the end, 1 NO-GO, 2 a mistake in the policy, 3 HOLD, 4 aborted.
    """
    from gonogo.cli.progress import Display
    from gonogo.dryrun.on_sandbox import dry_run_in_sandbox
    from gonogo.dryrun.run import dry_run
    from gonogo.policy.load import load
    from gonogo.verdict.print import report_json, report_text

    duration = _duration(length)
    if sandbox:
        _refuse_with_sandbox(context)
        with Display(sys.stderr) as progress:
            result = dry_run_in_sandbox(fault, duration, progress)
    elif fault is not None:
        raise UsageError("--inject works only with --sandbox", next_step=f"gonogo dryrun --sandbox --inject {fault}")
    else:
        policy_file = load(policy_path)
        with Display(sys.stderr) as progress:
            result = dry_run(policy_file, url, duration or policy_file.policy.dry_run.duration, progress)
    disregard()
    answer(report_json(result.last) if form == "json" else report_text(result.last))
    return exit_code(result)


def exit_code(result: DryRunResult) -> int:
    """Return the exit code (docs/dryrun.md): that of an abort, of the verdict before the watch, or of the last one."""
    if result.abort is not None:
        return ABORTED
    code = EXIT_CODES[result.decided.judgement.verdict] or EXIT_CODES[result.last.judgement.verdict]
    return code or (UNRECORDED if result.unrecorded else 0)


def _duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise UsageError("--for is not a duration", why=str(error), next_step="gonogo dryrun --for 60s") from error
    if not duration:
        raise UsageError("--for must be greater than zero", next_step="gonogo dryrun --for 60s")
    return duration


def _refuse_with_sandbox(context: click.Context) -> None:
    for name, option in (("policy_path", "--policy"), ("url", "--prometheus")):
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise UsageError(
                f"{option} cannot be used with --sandbox",
                why="the sandbox has a policy and servers of its own",
                next_step="leave out one of the two options",
            )
