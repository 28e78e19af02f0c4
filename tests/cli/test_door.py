"""The format in which a command line wants its errors."""

from __future__ import annotations

import pytest

from gonogo.cli.door import wants_json


@pytest.mark.parametrize(
    "arguments",
    [
        ("decide", "--format", "json"),
        ("decide", "--format=json", "--nonsense"),
        ("decide", "--format", "text", "--format", "json"),
        ("--format", "json"),
    ],
)
def test_errors_are_json_if_the_last_format_is_json(arguments: tuple[str, ...]) -> None:
    """The other arguments may be invalid."""
    assert wants_json(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("decide",),
        ("decide", "--format"),
        ("decide", "--format", "json", "--format=text"),
        ("lint", "--", "--format", "json"),
        ("--formatted=json",),
        ("json",),
    ],
)
def test_errors_are_text_without_a_valid_json_format(arguments: tuple[str, ...]) -> None:
    """After two dashes all arguments are names of files."""
    assert not wants_json(arguments)
