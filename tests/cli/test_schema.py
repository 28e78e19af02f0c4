"""``gonogo schema``."""

from __future__ import annotations

import json

from click.testing import CliRunner

from gonogo.cli.schema import schema
from gonogo.policy.schema import json_schema


def test_arguments_are_refused() -> None:
    """The command has no options of its own."""
    assert CliRunner().invoke(schema, ["--format", "yaml"]).exit_code == 2


def test_the_schema_is_printed() -> None:
    """The whole answer is one JSON document."""
    result = CliRunner().invoke(schema, [])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json_schema()
