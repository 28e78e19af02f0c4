"""The finder of tests that can pass without an assertion."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path

import pytest
from scripts.test.vacuous import Module, cases, read

VACUOUS = {
    "nothing": "pass",
    "a loop over a call": "for one in found(): assert one",
    "a branch": "if found(): assert True",
    "one of two branches": "if found():\n    assert True\nelse:\n    pass",
    "a loop over nothing": "for one in (): assert one",
    "a loop over an empty constant": "for one in NONE: assert one",
    "a branch in a loop": "for one in (1, 2):\n    if one:\n        assert one",
    "after a return": "if found():\n    return\nassert True",
    "after a continue": "for one in (1, 2):\n    if one:\n        continue\n    assert one",
    "a while": "while found(): assert True",
    "a helper that may not": "may()",
    "a function that is not called": "def inner():\n    assert True",
    "in an except": "try:\n    found()\nexcept ValueError:\n    assert True",
}
SOUND = {
    "an assertion": "assert found()",
    "a loop over a literal": "for one in (1, 2): assert one",
    "a loop over a constant": "for number, one in enumerate(SOME): assert one",
    "a loop over parts of a dictionary": "for name, one in TABLE.items(): assert one",
    "both branches": "if found():\n    assert True\nelse:\n    assert False",
    "a branch that returns, and the rest": "if found():\n    assert True\n    return\nassert False",
    "an expected error": "with pytest.raises(ValueError):\n    found()",
    "a helper": "must()",
    "a helper with an answer": "answer = must()",
    "a function inside": "def inner():\n    assert True\ninner()",
    "a break in an inner loop": "for one in found():\n    break\nassert True",
    "a block": "with found():\n    assert True",
}
HEAD = """
NONE = ()
SOME = (1,)
TABLE = {1: 2}
def may():
    if found(): assert True
def must():
    assert True
"""


def is_sound(body: str) -> bool:
    """Return whether a test with this body is sound."""
    tree = ast.parse(f"{HEAD}\ndef test_it():\n{textwrap.indent(body, '    ')}\n")
    (test,) = cases(tree)
    return Module(tree, {}).asserts(test.body)


@pytest.mark.parametrize("body", VACUOUS.values(), ids=VACUOUS)
def test_a_test_that_may_assert_nothing_is_found(body: str) -> None:
    """A test with an empty list, or a condition that is never true, would pass."""
    assert not is_sound(body)


@pytest.mark.parametrize("body", SOUND.values(), ids=SOUND)
def test_a_test_that_always_asserts_is_sound(body: str) -> None:
    """The assertion runs with any data."""
    assert is_sound(body)


def test_helpers_and_constants_of_other_modules_are_followed(tmp_path: Path) -> None:
    """A test imports helpers and constants from modules of the project."""
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "other.py").write_text("SOME = (1,)\ndef must(): assert True\n", encoding="utf-8")
    head = "from tests.other import SOME, must as wants\n"
    (folder / "test_a.py").write_text(f"{head}def test_a(): wants()\n", encoding="utf-8")
    (folder / "test_b.py").write_text(f"{head}def test_b():\n    for one in SOME: assert one\n", encoding="utf-8")
    modules = read(folder)
    found = {test.name: module.asserts(test.body) for module in modules.values() for test in cases(module.tree)}
    assert found == {"test_a": True, "test_b": True}
