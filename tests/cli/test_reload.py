"""``gonogo reload``: its exit codes and its usage errors."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from gonogo.cli.reload import exit_code, reload
from gonogo.errors import UsageError
from gonogo.reload.result import Became, ReloadResult


@pytest.mark.parametrize(
    ("became", "code"),
    [
        (Became.RELOADED, 0),
        (Became.UNCHANGED, 0),
        (Became.REFUSED, 1),
        (Became.FAILED, 1),
        (Became.ROLLED_BACK, 4),
    ],
)
def test_the_exit_code_follows_from_the_outcome(became: Became, code: int) -> None:
    """The codes are those of the contract."""
    assert exit_code(ReloadResult(became, "", ())) == code


@pytest.mark.parametrize(
    ("arguments", "told", "next_step"),
    [
        *(
            (f"--recover {flag}", f"--recover cannot be used with {flag.partition(' ')[0]}", "gonogo reload --recover")
            for flag in (
                "--from .",
                "--dry-run",
                "--max-removed 5",
                "--repair",
                "--without-rollback",
                "--allow-version-skew",
            )
        ),
        (
            "--dry-run --recover --repair",
            "--recover cannot be used with --dry-run, --repair",
            "gonogo reload --recover",
        ),
        ("--recover --overwrite --dry-run", "--recover cannot be used with", "gonogo reload --recover --overwrite"),
        ("--overwrite", "--overwrite needs --recover", "gonogo reload --recover --overwrite"),
        ("--overwrite --from .", "--overwrite needs --recover", "gonogo reload --recover --overwrite"),
        ("--from . --without-rollback", "--without-rollback cannot be used with --from", "gonogo reload --from DIR"),
    ],
)
def test_contradictory_flags_are_a_usage_error(arguments: str, told: str, next_step: str) -> None:
    """The error comes before any file is read. The next step is a valid command."""
    error = CliRunner().invoke(reload, arguments.split(), standalone_mode=False).exception
    assert isinstance(error, UsageError)
    assert (error.exit_code, error.next_step) == (2, next_step)
    assert told in error.what
