"""Arguments for mutants that may survive."""

from __future__ import annotations

import pytest

from gonogo.ruletests.core.mutants import arguments, wrong_arguments

TEXT = """\
# gonogo: survives A:for:12 nothing waits here
tests:
  #gonogo:survives  B:window:34
  - name: "# gonogo: survives C is text"
  # gonogo: survivess D no word
"""


def test_arguments_stand_on_lines_of_their_own() -> None:
    """A comment beside YAML on the same line, or in a text, is not an argument."""
    found = [(one.mutant, one.reason, str(one.where)) for one in arguments(TEXT, "t.yml")]
    assert found == [("A:for:12", "nothing waits here", "t.yml:1:1"), ("B:window:34", "", "t.yml:3:3")]


@pytest.mark.parametrize(
    ("text", "lives", "whole", "message"),
    [
        ("# gonogo: survives", {}, True, "this line names no mutant"),
        ("# gonogo: survives A", {"A": True}, True, "there is no reason why A may survive"),
        ("# gonogo: survives A because", {}, True, "there is no mutant A"),
        ("# gonogo: survives A because", {"A": False}, True, "A does not survive: a test kills it"),
        ("# gonogo: survives A because\n# gonogo: survives A so", {"A": True}, True, "there are two arguments for A"),
    ],
)
def test_a_wrong_argument(text: str, lives: dict[str, bool | None], whole: bool, message: str) -> None:  # noqa: FBT001 - a column
    """An argument needs a reason, and a mutant that survives."""
    assert [one.message for one in wrong_arguments(arguments(text, "t"), lives, whole=whole)] == [message]


@pytest.mark.parametrize(("lives", "whole"), [({"A": True}, True), ({"A": None}, True), ({}, False)])
def test_what_nobody_knows_is_not_held_against_it(lives: dict[str, bool | None], whole: bool) -> None:  # noqa: FBT001 - a column
    """An argument for a mutant that did not run, or was not made, is not wrong."""
    given = arguments("# gonogo: survives A because", "t")
    assert list(wrong_arguments(given, lives, whole=whole)) == []
