"""The command ``gonogo reload``: a transaction that ends with the new configuration proved, or the old one restored."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gonogo.cli.door import answer
from gonogo.cli.options import GivenPath, format_option, policy_option, prometheus_option
from gonogo.errors import UsageError
from gonogo.stopping import disregard

if TYPE_CHECKING:
    from gonogo.reload.place import ReloadRequest
    from gonogo.reload.result import ReloadResult

ROLLED_BACK = 4
"""The exit code of a reload that was rolled back, with the old configuration proved."""


@click.command(epilog="Example: gonogo reload --from staged --dry-run")
@policy_option
@prometheus_option
@click.option(
    "--from",
    "staged",
    metavar="DIR",
    type=GivenPath(path_type=Path, exists=True, file_okay=False),
    help="The staged folder: the new files, in the layout of the live ones. Without it they are live already.",
)
@click.option("--dry-run", is_flag=True, help="Check everything, and print the changes.")
@click.option("--recover", is_flag=True, help="Finish or undo a reload that was killed.")
@click.option(
    "--overwrite", is_flag=True, help="With --recover: replace files that another program changed; keep copies of them."
)
@click.option("--max-removed", metavar="SHARE", help="The most rules, jobs or targets to remove, such as 5%.")
@click.option(
    "--repair",
    is_flag=True,
    help="Continue although the last reload failed, or gonogo does not know the configuration.",
)
@click.option(
    "--without-rollback",
    is_flag=True,
    help="Continue without a way back: there is no last good copy, or it cannot be restored.",
)
@click.option("--allow-version-skew", is_flag=True, help="Allow another version of promtool than of the server.")
@format_option
def reload(  # noqa: PLR0913 - one parameter for each option
    *,
    policy_path: Path,
    url: str | None,
    staged: Path | None,
    dry_run: bool,
    recover: bool,
    overwrite: bool,
    max_removed: str | None,
    repair: bool,
    without_rollback: bool,
    allow_version_skew: bool,
    form: str,
) -> int:
    """Reload the server, and prove that it runs the new configuration. Otherwise roll back, and prove the old one.

    First lint, promtool and unit tests check the files. If they find a problem, the reload is refused with every
    reason, and no file is changed. Then the files are switched and the server reloads. gonogo verifies its
    configuration, rules, evaluations, jobs and targets. A failure is rolled back.

    Exit codes: 0 reloaded or unchanged, 1 refused or failed, 2 usage or policy, 4 rolled back.
    """
    given = {
        "--from": staged is not None,
        "--dry-run": dry_run,
        "--max-removed": max_removed is not None,
        "--repair": repair,
        "--without-rollback": without_rollback,
        "--allow-version-skew": allow_version_skew,
    }
    _refuse_contradictions([flag for flag, is_given in given.items() if is_given], recover=recover, overwrite=overwrite)
    from gonogo.policy.load import load
    from gonogo.reload.place import ReloadRequest

    request = ReloadRequest(
        load(policy_path),
        url,
        staged,
        max_removed=_share(max_removed),
        repair=repair,
        without_rollback=without_rollback,
        allow_version_skew=allow_version_skew,
        overwrite=overwrite,
        only_preview=dry_run,
    )
    result = _made(request, recover=recover)
    disregard()
    answer(_written(result, form))
    return exit_code(result)


def exit_code(result: ReloadResult) -> int:
    """Return the exit code of a result (docs/reload.md)."""
    from gonogo.reload.result import Became

    if result.became is Became.ROLLED_BACK:
        return ROLLED_BACK
    return 0 if result.became.success else 1


def _refuse_contradictions(given: list[str], *, recover: bool, overwrite: bool) -> None:
    if recover and given:
        raise UsageError(
            f"--recover cannot be used with {', '.join(given)}",
            why="it takes no new files: it restores one of the two folders that the killed reload left",
            next_step=f"gonogo reload --recover{' --overwrite' if overwrite else ''}",
        )
    if overwrite and not recover:
        raise UsageError(
            "--overwrite needs --recover",
            why="a reload never overwrites a file that another program changed: it reports the file",
            next_step="gonogo reload --recover --overwrite",
        )
    if {"--from", "--without-rollback"} <= set(given):
        raise UsageError(
            "--without-rollback cannot be used with --from",
            why="with --from the live files are the old ones, so there is always a way back",
            next_step="gonogo reload --from DIR",
        )


def _made(request: ReloadRequest, *, recover: bool) -> ReloadResult:
    from gonogo.cli.progress import Display
    from gonogo.reload.recovery import recover as recovered
    from gonogo.reload.run import reload as reloaded

    with Display(sys.stderr) as show:
        return recovered(request, show) if recover else reloaded(request, show)


def _written(result: ReloadResult, form: str) -> str:
    from gonogo.reload.print import reload_json, reload_text

    return reload_json(result) if form == "json" else reload_text(result)


def _share(text: str | None) -> float | None:
    if text is None:
        return None
    from gonogo.policy.values import share

    try:
        return share(text)
    except ValueError as error:
        raise UsageError(
            "--max-removed is not a share", why=str(error), next_step="gonogo reload --max-removed 5%"
        ) from error
