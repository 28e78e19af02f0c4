"""``gonogo reload``: let the server read its files again, and see that it did."""

from __future__ import annotations

from pathlib import Path

import click

from gonogo.cli.answer import answer
from gonogo.cli.options import format_option, policy_option, prometheus_option


@click.command(epilog="Example: gonogo reload --policy gonogo.yaml")
@policy_option
@prometheus_option
@format_option
def reload(policy_path: Path, url: str | None, form: str) -> int:
    """Reload the server, and prove that it has the policy's rules.

    The rules are checked first, and nothing is reloaded where they have mistakes. Then
    every rule must be loaded as in the files, evaluated since and healthy, and every
    target that was up must be up.

    Exit codes: 0 reloaded and proved, 1 refused or not proved, 2 usage or policy.
    """
    from gonogo.app.reload import RELOAD, outcome_of, reload_and_verify
    from gonogo.policy.load import load
    from gonogo.render.dryrun import run_text
    from gonogo.render.reload_json import reload_json

    run = reload_and_verify(load(policy_path), url)
    if form == "json":
        answer(f"{reload_json(outcome_of(run), RELOAD, run.outcome, run.detail, run.seconds)}\n")
    else:
        answer(f"{run_text(RELOAD, run.outcome, run.detail, run.seconds)}\n")
    return 0 if run.passed else 1
