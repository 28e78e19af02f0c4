"""The command ``gonogo schema``: prints the keys of the policy file for editors."""

from __future__ import annotations

import click

from gonogo.cli.door import answer


@click.command(epilog="Example: gonogo schema > gonogo.schema.json")
def schema() -> None:
    """Print the JSON Schema (2020-12) of the policy file.

    An editor completes and checks the policy with it: put
    "# yaml-language-server: $schema=gonogo.schema.json" on its first line.
    """
    from gonogo.formats.document import document
    from gonogo.policy.schema import json_schema

    answer(document(json_schema(), indented=True))
