"""An error as text and as JSON."""

from __future__ import annotations

import json

from gonogo.cli.mistake import mistake_json, mistake_of, mistake_text
from gonogo.errors import ActionFailed, PolicyError, Position, Problem


def test_every_part_has_its_line_and_its_key() -> None:
    """The text is what the error itself writes."""
    error = ActionFailed("it failed", where="a:1:2", why="so", next_step="do it")
    assert mistake_text(mistake_of(error)) == f"gonogo: {error}\n"
    assert json.loads(mistake_json(mistake_of(error))) == {
        "schema": "gonogo/error/v1",
        "error": "it failed",
        "where": "a:1:2",
        "why": "so",
        "next": "do it",
        "mistakes": [],
        "exit_code": 1,
    }


def test_every_mistake_of_a_policy_is_there() -> None:
    """With its place, where it has one."""
    error = PolicyError((Problem(Position("a", 1, 2), "odd", "mend it"), Problem(None, "gone")))
    assert mistake_text(mistake_of(error)) == f"gonogo: {error}\n"
    told = json.loads(mistake_json(mistake_of(error)))
    assert told["mistakes"] == [
        {"path": "a", "line": 1, "column": 2, "message": "odd", "next": "mend it"},
        {"path": None, "line": None, "column": None, "message": "gone", "next": None},
    ]
    assert (told["where"], told["why"], told["next"], told["exit_code"]) == (None, None, None, 2)
