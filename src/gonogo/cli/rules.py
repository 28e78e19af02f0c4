"""The command ``gonogo rules``: writes the recording rules, alerts and tests that a policy needs."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import click

from gonogo.cli.door import answer
from gonogo.cli.options import GivenPath, policy_option
from gonogo.durations import parse_duration

_FOLDER = GivenPath(file_okay=False, path_type=Path)


def _interval(_: click.Context, __: click.Parameter, text: str) -> timedelta:
    try:
        interval = parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if not interval:
        raise click.BadParameter("must be greater than zero, such as 30s")
    return interval


@click.command(epilog="Example: gonogo rules --out prometheus --tests-out tests/promql")
@click.option(
    "--out", type=_FOLDER, required=True, metavar="DIR", help="The folder for the folders 'rules' and 'tests'."
)
@click.option("--tests-out", type=_FOLDER, metavar="DIR", help="The folder of the tests, instead of 'tests' in --out.")
@click.option(
    "--interval", callback=_interval, default="30s", show_default=True, help="The evaluation interval of the rules."
)
@click.option("--signals", is_flag=True, help="Write the signals with expr as recording rules, too.")
@click.option("--force", is_flag=True, help="Overwrite files that gonogo did not write.")
@policy_option
def rules(
    out: Path, tests_out: Path | None, interval: timedelta, policy_path: Path, *, signals: bool, force: bool
) -> None:
    """Write the policy's recording rules, alerts and tests.

    Writes DIR/rules/PREFIX.rules.yml, DIR/rules/PREFIX.alerts.yml and
    DIR/tests/PREFIX_*_test.yml, and with --signals DIR/rules/PREFIX.signals.yml. The files
    depend on the policy only. Run the command again after every change of the policy.
    """
    from gonogo.policy.load import load
    from gonogo.rulepack.write import WrittenFile, write_rules

    policy_file = load(policy_path)
    changes = write_rules(policy_file.policy, interval, out, tests_out, force=force, signals=signals)
    lines = [f"{change.change:>9}  {change.path}" for change in changes]
    if any(change.change is WrittenFile.LEFT_OVER for change in changes):
        lines.append("next: delete the files that are left over; the policy no longer needs them")
    written = [change.path.resolve() for change in changes if change.change is not WrittenFile.LEFT_OVER]
    for key, path in _unnoticed(written, policy_file.rules, policy_file.tests):
        lines.append(f"next: add {path} to {key} in {policy_path}; without this, no command reads it")
    lines.append(f"next: reload Prometheus, then gonogo decide --policy {policy_path}")
    if signals:
        lines.append("next: when the server records these signals, remove their expr and interval from the policy")
    answer("".join(f"{line}\n" for line in lines))


def _unnoticed(written: list[Path], globs: tuple[str, ...], tests: tuple[Path, ...]) -> list[tuple[str, Path]]:
    """Return the written rule files and the folder of tests that the policy does not name, each with its key."""
    test_files = [path for path in written if path.name.endswith("_test.yml")]
    rule_files = [path for path in written if path not in test_files]
    missed = [("rules", path) for path in rule_files if not any(path.match(pattern) for pattern in globs)]
    folders = {Path(os.path.realpath(path)) for path in tests}
    missed += [("tests", path.parent) for path in test_files[:1] if folders.isdisjoint((path, *path.parents))]
    return missed
