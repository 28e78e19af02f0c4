"""The form in which a command line wants its mistakes."""

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
def test_json_is_wanted(arguments: tuple[str, ...]) -> None:
    """Also where the rest of the line means nothing."""
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
def test_text_is_wanted(arguments: tuple[str, ...]) -> None:
    """After two dashes there are only names of files."""
    assert not wants_json(arguments)
