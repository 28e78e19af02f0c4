"""The command ``gonogo decide``: prints the verdict now."""

from __future__ import annotations

from pathlib import Path

import click

from gonogo.cli.options import format_option, policy_option, prometheus_option
from gonogo.cli.verdict import verdict


@click.command(epilog="Example: gonogo decide --policy gonogo.yaml --format json")
@policy_option
@prometheus_option
@format_option
def decide(policy_path: Path, url: str | None, form: str) -> int:
    """Answer GO, HOLD or NO-GO now, with the evidence.

    Exit codes: 0 GO, 1 NO-GO, 2 a mistake in the policy, 3 HOLD.
    """
    return verdict(policy_path, form, url)
