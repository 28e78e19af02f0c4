"""The command ``gonogo journal``: lists and shows the records of verdicts and runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gonogo.cli.door import answer
from gonogo.cli.options import NamedOption, OneOf, format_option, policy_option
from gonogo.cli.terminal import columns_of
from gonogo.model.record import KINDS


@click.group(epilog="Example: gonogo journal list --kind obs-lint")
def journal() -> None:
    """List and show the records of verdicts and runs."""


@journal.command("list", epilog="Example: gonogo journal list --kind promql-unit --limit 5")
@click.option("--kind", cls=NamedOption, type=OneOf("kind", lambda: KINDS), metavar="KIND", help="Show only this kind.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=20, show_default=True, help="Show at most this many.")
@click.option("--steps", is_flag=True, help="Show the steps of reloads and dry runs too.")
@policy_option
@format_option
def list_(*, kind: str | None, limit: int, steps: bool, policy_path: Path, form: str) -> None:
    """List records, newest first. A reload or a dry run is one line; the command 'show' lists its steps."""
    from gonogo.journal.print import list_json, list_text
    from gonogo.journal.records import records
    from gonogo.policy.load import load

    folded = form == "text" and not steps
    found = records(load(policy_path).journal, limit, kind, folded=folded)
    width = columns_of(sys.stdout)
    answer(f"{list_json(found) if form == 'json' else list_text(found, folded=folded, width=width)}\n")


@journal.command("show", epilog="Example: gonogo journal show 12")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@policy_option
@format_option
def show(number: int, policy_path: Path, form: str) -> None:
    """Show all fields of one record, and the steps of a reload or a dry run."""
    from gonogo.journal.print import record_json, record_text
    from gonogo.journal.records import record, steps_of
    from gonogo.policy.load import load

    kept = load(policy_path).journal
    found = record(kept, number)
    width = columns_of(sys.stdout)
    answer(f"{record_json(found) if form == 'json' else record_text(found, steps_of(kept, found), width)}\n")
