"""The command ``gonogo test``: runs the unit tests of the rules in promtool, and finds silent passes."""

from __future__ import annotations

import gc
import re
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from gonogo.cli.door import answer
from gonogo.cli.options import GivenPath, features_option, format_option, policy_option
from gonogo.cli.progress import SILENT_SECONDS, Display
from gonogo.durations import parse_duration
from gonogo.errors import ActionFailed, UsageError, cause_of
from gonogo.model.progress import note

if TYPE_CHECKING:
    from gonogo.formats.dialect import Dialect
    from gonogo.model.progress import Listener
    from gonogo.ruletests.check import UnitOptions
    from gonogo.ruletests.core.report import UnitReport
    from gonogo.ruletests.measure import Budget

_EXIT_CODES = {"PASS": 0, "FAIL": 1, "UNKNOWN": 3}
_PERCENTAGE = re.compile(r"0?[0-9]{1,2}(\.[0-9]+)?|100(\.0+)?")


def _percentage(_: click.Context, __: click.Parameter, text: str | None) -> Decimal | None:
    """Read a percentage without rounding it."""
    if text is None:
        return None
    number = text.removesuffix("%").strip()
    if not _PERCENTAGE.fullmatch(number):
        raise click.BadParameter("must be a percentage from 0 to 100, such as 99.5")
    return Decimal(number)


def _duration(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    """Read a duration in the form of Prometheus."""
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(epilog="Example: gonogo test tests/promql --rules prometheus/rules")
@click.argument("paths", nargs=-1, type=GivenPath())
@policy_option
@click.option(
    "--rules",
    multiple=True,
    type=GivenPath(path_type=Path),
    metavar="DIR|FILE",
    help="Where to find rule files that tests name by base name; repeatable.",
)
@click.option(
    "--allow", multiple=True, metavar="'PASS reason'", help="Allow a kind of silent pass, with a reason; repeatable."
)
@click.option(
    "--cache", type=GivenPath(path_type=Path), metavar="DIR", help="The folder for passed results between runs."
)
@click.option("--no-cache", is_flag=True, help="Run every file, also files that passed before.")
@click.option("--junit", type=GivenPath(path_type=Path), metavar="FILE", help="Write JUnit XML as well.")
@click.option("--coverage", is_flag=True, help="Remove each rule in turn: a rule is covered if a test then fails.")
@click.option(
    "--min-coverage",
    callback=_percentage,
    metavar="PERCENT",
    help="Fail below this coverage, which is never rounded up.",
)
@click.option(
    "--mutants", is_flag=True, help="Change each covered rule a little, and list changes that no test notices."
)
@click.option("--for", "lasting", callback=_duration, metavar="DURATION", help="Stop making mutants after this time.")
@click.option("--seed", type=int, default=0, show_default=True, help="Draw the order of mutants with this number.")
@features_option
@format_option
@click.pass_context
def test(  # noqa: PLR0913 - one parameter for each option; a command, no test
    context: click.Context,
    *,
    paths: tuple[str, ...],
    policy_path: Path,
    rules: tuple[Path, ...],
    allow: tuple[str, ...],
    cache: Path | None,
    no_cache: bool,
    junit: Path | None,
    coverage: bool,
    min_coverage: Decimal | None,
    mutants: bool,
    lasting: timedelta | None,
    seed: int,
    features: tuple[str, ...],
    form: str,
) -> int:
    """Run the unit tests of the rules in promtool, and fail silent passes: tests that prove nothing.

    PATHS are test files, folders or globs; PrometheusRule resources are unwrapped. With --policy, the policy gives
    the dialect and the features of the server. Without PATHS, the policy's tests are run, and the run gate
    promql-unit is recorded. The gate does not pass if --allow allows a silent pass.

    Exit codes: 0 all pass, 1 a test or a silent pass fails, the coverage is too low, a mutant lives, or no mutant could
    be tried, 2 usage, policy, or no promtool, 3 a test needs vmalert-tool, or the policy's files changed meanwhile.
    """
    gc.disable()  # all objects live to the end

    from gonogo.ruletests.cache import default_folder
    from gonogo.ruletests.check import UnitOptions
    from gonogo.ruletests.measure import Budget
    from gonogo.ruletests.silent.passes import allowances

    if rules and not paths:
        raise UsageError("--rules is only for tests named by path", next_step="set 'rules' in the policy")
    if features and not paths:
        raise UsageError(
            "--enable-feature is only for tests named by path", next_step="set prometheus.features in the policy"
        )
    if lasting is not None and not mutants:
        raise UsageError("--for needs --mutants", next_step="add --mutants, or leave out --for")
    allowed = allowances(allow)
    folder = None if no_cache else cache or default_folder()
    named = context.get_parameter_source("policy_path") is click.core.ParameterSource.COMMANDLINE
    about = _about(policy_path if named or not paths else None, rules, features, by_path=bool(paths))
    with Display(sys.stderr, after=SILENT_SECONDS) as show:
        options = UnitOptions(folder, allowed, show)
        report, code = _of_places(paths, about, options) if paths else _of_policy(policy_path, options)
        if coverage or mutants or min_coverage is not None:
            budget = Budget(lasting, seed) if mutants else None
            report = _measured(report, about, min_coverage, budget, show)
            code = int(report.outlived or bool(report.shortfall)) or code
    _print(report, form)
    if junit is not None:
        _write_junit(junit, report)
    return code


def _of_places(paths: tuple[str, ...], about: _About, options: UnitOptions) -> tuple[UnitReport, int]:
    from gonogo.ruletests.check import places_report

    report = places_report(paths, about.rules, options, features=about.features, dialect=about.dialect)
    return report, _EXIT_CODES[report.outcome]


def _of_policy(path: Path, options: UnitOptions) -> tuple[UnitReport, int]:
    from gonogo.policy.load import load
    from gonogo.ruletests.recorded import recorded_report

    report, run = recorded_report(load(path), options)
    why = f": {run.detail}" if run.outcome != report.outcome or not report.files else ""
    options.progress(note(f"recorded: {run.kind} {run.outcome}{why}"))
    return report, _EXIT_CODES[run.outcome if run.outcome == "UNKNOWN" else report.outcome]


class _About(Struct, frozen=True):
    """The rule files of a run, and the features and the dialect of the server that evaluates them."""

    rules: tuple[Path, ...]
    features: tuple[str, ...]
    dialect: Dialect


def _measured(
    report: UnitReport, about: _About, minimum: Decimal | None, budget: Budget | None, progress: Listener
) -> UnitReport:
    from gonogo.programs.promtool import installed_promtool
    from gonogo.ruletests.measure import measured

    promtool = installed_promtool(about.features)
    return measured(
        report, about.rules, promtool, minimum=minimum, budget=budget, progress=progress, dialect=about.dialect
    )


def _about(policy: Path | None, rules: tuple[Path, ...], features: tuple[str, ...], *, by_path: bool) -> _About:
    """Read the policy if one is given. Tests that are named by path keep the rule files that were named with them."""
    from gonogo.formats.dialect import Dialect
    from gonogo.policy.inputs import rule_files
    from gonogo.policy.load import load

    if policy is None:
        return _About(rules, features, Dialect.PROMETHEUS)
    policy_file = load(policy)
    server = policy_file.server
    return _About(rules if by_path else rule_files(policy_file.rules), (*features, *server.features), server.dialect)


def _print(report: UnitReport, form: str) -> None:
    from gonogo.ruletests.print import unit_text
    from gonogo.ruletests.print_json import unit_json

    answer(unit_json(report) if form == "json" else unit_text(report))


def _write_junit(path: Path, report: UnitReport) -> None:
    from gonogo.ruletests.print_junit import unit_junit

    try:
        path.write_text(unit_junit(report), encoding="utf-8")
    except OSError as error:
        raise ActionFailed(
            "the JUnit file could not be written",
            where=str(path),
            why=cause_of(error),
            next_step="name a file in a folder that exists and can be written",
        ) from error
